// attention over a fused qkv, and its backward op.
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"
#include "glass/engine/graph/ops/heads.h"

namespace glass::engine {
namespace {

Status expect_attention(const NodeTypes& node, size_t qkv, size_t first_key) {
  GLASS_TRY_STATUS(expect_heads(node, qkv));
  GLASS_TRY_STATUS(node.expect(first_key, DType::kI32, 2));
  if (node.extent(first_key, 0) * node.extent(first_key, 1) != node.extent(qkv, 0))
    return node.wrong("the rows of qkv are not sequences times positions");
  return {};
}

Shape statistics_shape(const NodeTypes& node, size_t first_key) {
  return {node.extent(first_key, 0), heads_of(node.node()).query, node.extent(first_key, 1)};
}

Shape output_shape(const NodeTypes& node, size_t qkv) {
  const Heads heads = heads_of(node.node());
  return {node.extent(qkv, 0), heads.query * heads.head_dim};
}

Result<std::vector<ValueType>> infer_attention(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_attention(node, 0, 1));
  return std::vector<ValueType>{{kF32, output_shape(node, 0)}, {kF32, statistics_shape(node, 1)}};
}

Result<std::vector<ValueType>> infer_attention_backward(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_attention(node, 1, 2));
  GLASS_TRY_STATUS(node.expect_shape(0, output_shape(node, 1)));
  GLASS_TRY_STATUS(node.expect_shape(3, output_shape(node, 1)));
  GLASS_TRY_STATUS(node.expect_shape(4, statistics_shape(node, 2)));
  return std::vector<ValueType>{{kF32, node.shape(1)}};
}

void attention_rule(BackwardPass& pass, const Node& node) {
  const ValueId qkv = node.inputs[0];
  const auto made =
      pass.emit("attention_backward", qkv,
                {pass.gradient(node.outputs[0]), pass.saved(qkv), pass.saved(node.inputs[1]),
                 pass.saved(node.outputs[0]), pass.saved(node.outputs[1])},
                node.attributes);
  pass.contribute(qkv, made[0]);
}

}  // namespace

ValueId attention(GraphBuilder& graph, std::string_view name, ValueId qkv, ValueId first_key_BT,
                  const Heads& heads) {
  return graph.add_node_1("attention", name, {qkv, first_key_BT}, to_attributes(heads));
}

std::vector<OpSpec> ops::attention() {
  return {
      {.name = "attention",
       .inputs = {"qkv", "first_key"},
       .outputs = {"", "log_sum_exp"},
       .infer = infer_attention,
       .backward = attention_rule,
       .saved_inputs = {0},
       .saved_outputs = {0}},
      {.name = "attention_backward",
       .inputs = {"dout", "qkv", "first_key", "out", "log_sum_exp"},
       .outputs = {""},
       .infer = infer_attention_backward},
  };
}

}  // namespace glass::engine
