// qk_norm: RMSNorm of the queries and the keys within a fused qkv, and its backward op.
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"
#include "glass/engine/graph/ops/heads.h"

namespace glass::engine {
namespace {

// [rows, groups] of the statistics of the part that `weight` belongs to, `heads` heads wide.
Result<Shape> statistics_of(const NodeTypes& node, size_t qkv, size_t weight, int64_t heads) {
  GLASS_TRY_STATUS(node.expect(weight, kF32, 1));
  const int64_t width = node.extent(weight, 0);
  const int64_t head_dim = heads_of(node.node()).head_dim;
  if (width != head_dim && width != heads * head_dim)
    return node.wrong("a weight must be as wide as one head or as all of them");
  return Shape{node.extent(qkv, 0), heads * head_dim / width};
}

Result<std::vector<ValueType>> infer_qk_norm(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_heads(node, 0));
  const double epsilon = node.node().number_attribute("epsilon");
  if (!(epsilon > 0 && epsilon < 1)) return node.wrong("epsilon must lie between 0 and 1");
  const Heads heads = heads_of(node.node());
  GLASS_TRY(const Shape q, statistics_of(node, 0, 1, heads.query));
  GLASS_TRY(const Shape k, statistics_of(node, 0, 2, heads.key));
  return std::vector<ValueType>{{kF32, node.shape(0)}, {kF32, q}, {kF32, k}};
}

// dqkv, qkv, q_weight, k_weight, q_rstd, k_rstd -> the gradients of qkv and of both weights
Result<std::vector<ValueType>> infer_qk_norm_backward(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_heads(node, 1));
  GLASS_TRY_STATUS(node.expect_shape(0, node.shape(1)));
  const Heads heads = heads_of(node.node());
  GLASS_TRY(const Shape q, statistics_of(node, 1, 2, heads.query));
  GLASS_TRY(const Shape k, statistics_of(node, 1, 3, heads.key));
  GLASS_TRY_STATUS(node.expect_shape(4, q));
  GLASS_TRY_STATUS(node.expect_shape(5, k));
  return std::vector<ValueType>{
      {kF32, node.shape(1)}, {kF32, node.shape(2)}, {kF32, node.shape(3)}};
}

void qk_norm_rule(BackwardPass& pass, const Node& node) {
  const ValueId qkv = node.inputs[0], q_weight = node.inputs[1], k_weight = node.inputs[2];
  const auto made =
      pass.emit("qk_norm_backward", qkv,
                {pass.gradient(node.outputs[0]), pass.saved(qkv), pass.saved(q_weight),
                 pass.saved(k_weight), pass.saved(node.outputs[1]), pass.saved(node.outputs[2])},
                to_attributes(heads_of(node)));
  pass.contribute(q_weight, made[1]);
  pass.contribute(k_weight, made[2]);
  pass.contribute(qkv, made[0]);
}

}  // namespace

ValueId qk_norm(GraphBuilder& graph, std::string_view name, ValueId qkv, ValueId q_weight,
                ValueId k_weight, const Heads& heads, double epsilon) {
  Attributes attributes = to_attributes(heads);
  attributes["epsilon"] = epsilon;
  return graph.add_node_1("qk_norm", name, {qkv, q_weight, k_weight}, std::move(attributes));
}

std::vector<OpSpec> ops::qk_norm() {
  return {
      {.name = "qk_norm",
       .inputs = {"qkv", "q_weight", "k_weight"},
       .outputs = {"", "q_rstd", "k_rstd"},
       .infer = infer_qk_norm,
       .backward = qk_norm_rule,
       .saved_inputs = {0}},
      {.name = "qk_norm_backward",
       .inputs = {"dqkv", "qkv", "q_weight", "k_weight", "q_rstd", "k_rstd"},
       .outputs = {"", "q_weight", "k_weight"},
       .infer = infer_qk_norm_backward},
  };
}

}  // namespace glass::engine
