// rope: rotary position embedding, and its table of cos and sin.
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"

namespace glass::engine {
namespace {

Result<std::vector<ValueType>> infer_rope_table(const NodeTypes& node) {
  const int64_t rotary_dim = node.node().int_attribute("rotary_dim");
  const double theta = node.node().number_attribute("theta");
  if (rotary_dim < 2 || rotary_dim % 2 != 0) return node.wrong("rotary_dim must be even");
  if (!std::isfinite(theta) || theta < 1) return node.wrong("theta must be at least 1");
  return std::vector<ValueType>{
      {kF32, {node.node().int_attribute("positions"), rotary_dim / 2, 2}}};
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

ValueId rope_table(GraphBuilder& graph, std::string_view name, int64_t positions,
                   int64_t rotary_dim, double theta) {
  return graph.add_node_1("rope_table", name, {},
                          {{"positions", positions}, {"rotary_dim", rotary_dim}, {"theta", theta}});
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
  };
}

}  // namespace glass::engine
