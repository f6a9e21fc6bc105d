// rope: rotary position embedding, and its table of cos and sin. window_keys: where windows begin.
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"
#include "glass/engine/graph/ops/scaling.h"

namespace glass::engine {
namespace {

Result<std::vector<ValueType>> infer_rope_table(const NodeTypes& node) {
  const int64_t rotary_dim = node.node().int_attribute("rotary_dim");
  const double theta = node.node().number_attribute("theta");
  if (rotary_dim < 2 || rotary_dim % 2 != 0) return node.wrong("rotary_dim must be even");
  if (!std::isfinite(theta) || theta < 1) return node.wrong("theta must be at least 1");
  if (const std::string why = problem_of(scaling_of(node.node())); !why.empty())
    return node.wrong(why);
  return std::vector<ValueType>{
      {kF32, {node.node().int_attribute("positions"), rotary_dim / 2, 2}}};
}

Result<std::vector<ValueType>> infer_window_keys(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kI32, 2));
  GLASS_TRY_STATUS(node.expect(1, kI32, 1));
  GLASS_TRY_STATUS(node.expect_shape(1, {node.extent(0, 0)}));
  if (node.node().int_attribute("window") < 1) return node.wrong("the window must hold a key");
  return std::vector<ValueType>{{kI32, node.shape(0)}};
}

Result<std::vector<ValueType>> infer_rope(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, DType::kI32, 1));
  GLASS_TRY_STATUS(node.expect(2, kF32, 3));
  GLASS_TRY_STATUS(node.expect_shape(1, {node.extent(0, 0)}));
  const int64_t heads = node.node().int_attribute("heads");
  const int64_t head_dim = node.node().int_attribute("head_dim");
  if (heads < 1 || head_dim < 1 || heads > node.extent(0, 1) / head_dim)
    return node.wrong("the heads that turn do not fit into a row");
  if (node.extent(2, 1) * 2 > head_dim) return node.wrong("rotary_dim exceeds head_dim");
  return std::vector<ValueType>{{kF32, node.shape(0)}};
}

void rope_rule(BackwardPass& pass, const Node& node) {
  Attributes back = node.attributes;
  back["inverse"] = !node.bool_attribute("inverse");
  const ValueId x = node.inputs[0];
  const auto made = pass.emit(
      "rope", x, {pass.gradient(node.outputs[0]), pass.saved(node.inputs[1]), node.inputs[2]},
      std::move(back));
  pass.contribute(x, made[0]);
}

}  // namespace

std::string problem_of(const RopeScaling& scaling) {
  if (scaling.kind == RopeScaling::Kind::kNone)
    return scaling == RopeScaling() ? "" : "without a kind of scaling its numbers mean nothing";
  if (!std::isfinite(scaling.factor) || scaling.factor < 1) return "the factor must be at least 1";
  if (scaling.kind == RopeScaling::Kind::kLinear) return "";
  if (!(scaling.low_frequency > 0 && scaling.low_frequency < scaling.high_frequency &&
        std::isfinite(scaling.high_frequency)))
    return "the low frequency must be positive and below the high one";
  if (scaling.context < 1) return "the context of the first training must be at least 1";
  return "";
}

ValueId rope_table(GraphBuilder& graph, std::string_view name, int64_t positions,
                   int64_t rotary_dim, double theta, const RopeScaling& scaling) {
  Attributes attributes = {{"positions", positions}, {"rotary_dim", rotary_dim}, {"theta", theta}};
  add_scaling(attributes, scaling);
  return graph.add_node_1("rope_table", name, {}, std::move(attributes));
}

ValueId window_keys(GraphBuilder& graph, std::string_view name, ValueId first_key_BT,
                    ValueId length_B, int64_t window) {
  return graph.add_node_1("window_keys", name, {first_key_BT, length_B}, {{"window", window}});
}

ValueId rope(GraphBuilder& graph, std::string_view name, ValueId x, ValueId position_N,
             ValueId table, const RopeOptions& options) {
  return graph.add_node_1("rope", name, {x, position_N, table},
                          {{"heads", options.heads},
                           {"head_dim", options.head_dim},
                           {"interleaved", options.interleaved},
                           {"inverse", false}});
}

std::vector<OpSpec> ops::position() {
  return {
      {.name = "rope_table",
       .inputs = {},
       .outputs = {""},
       .infer = infer_rope_table,
       .constant = true},
      {.name = "rope",
       .inputs = {"x", "position", "table"},
       .outputs = {""},
       .infer = infer_rope,
       .backward = rope_rule},
      {.name = "window_keys",
       .inputs = {"first_key", "length?"},
       .outputs = {""},
       .infer = infer_window_keys},
  };
}

}  // namespace glass::engine
