// linear: the matrix product of every layer, with its bias and the residual stream it adds to.
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"

namespace glass::engine {
namespace {

Result<std::vector<ValueType>> infer_linear(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kF32, 2));
  if (node.extent(0, 1) != node.extent(1, 1))
    return node.wrong("the columns of x and of weight differ");
  const Shape y = {node.extent(0, 0), node.extent(1, 0)};
  GLASS_TRY_STATUS(node.expect_shape(2, {y[1]}));
  GLASS_TRY_STATUS(node.expect_shape(3, y));
  return std::vector<ValueType>{{kF32, y}};
}

// dy[N,M], weight[M,K] -> dx[N,K]
Result<std::vector<ValueType>> infer_input_gradient(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kF32, 2));
  if (node.extent(0, 1) != node.extent(1, 0))
    return node.wrong("the columns of dy and the rows of weight differ");
  return std::vector<ValueType>{{kF32, {node.extent(0, 0), node.extent(1, 1)}}};
}

// dy[N,M], x[N,K] -> dweight[M,K]
Result<std::vector<ValueType>> infer_weight_gradient(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kF32, 2));
  if (node.extent(0, 0) != node.extent(1, 0)) return node.wrong("the rows of dy and of x differ");
  return std::vector<ValueType>{{kF32, {node.extent(0, 1), node.extent(1, 1)}}};
}

Result<std::vector<ValueType>> infer_column_sum(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  return std::vector<ValueType>{{kF32, {node.extent(0, 1)}}};
}

// The weight's gradient first: it is the last to read x, whose memory dx can then take.
void linear_rule(BackwardPass& pass, const Node& node) {
  const ValueId x = node.inputs[0], weight = node.inputs[1];
  const ValueId dy = pass.gradient(node.outputs[0]);
  if (pass.wants(weight)) {
    const auto made = pass.emit("linear_weight_gradient", weight, {dy, pass.saved(x)});
    pass.contribute(weight, made[0]);
  }
  if (node.has_input(2) && pass.wants(node.inputs[2]))
    pass.contribute(node.inputs[2], pass.emit("column_sum", node.inputs[2], {dy})[0]);
  if (pass.wants(x)) {
    const auto made =
        pass.emit("linear_input_gradient", x, {dy, pass.saved(weight)}, node.attributes);
    pass.contribute(x, made[0]);
  }
  if (node.has_input(3)) pass.contribute(node.inputs[3], dy);
}

}  // namespace

ValueId linear(GraphBuilder& graph, std::string_view name, ValueId x_NK, ValueId weight_MK,
               LinearOptions options) {
  return graph.add_node_1("linear", name, {x_NK, weight_MK, options.bias_M, options.residual_NM});
}

std::vector<OpSpec> ops::linear() {
  return {
      {.name = "linear",
       .inputs = {"x", "weight", "bias?", "residual?"},
       .outputs = {""},
       .infer = infer_linear,
       .backward = linear_rule,
       .saved_inputs = {0},
       .matrix_inputs = {1},
       .stream_inputs = {3}},
      {.name = "linear_input_gradient",
       .inputs = {"dy", "weight"},
       .outputs = {""},
       .infer = infer_input_gradient},
      {.name = "linear_weight_gradient",
       .inputs = {"dy", "x"},
       .outputs = {""},
       .infer = infer_weight_gradient},
      {.name = "column_sum", .inputs = {"x"}, .outputs = {""}, .infer = infer_column_sum},
  };
}

}  // namespace glass::engine
