// rms_norm and layer_norm. What the backward pass needs of the statistics is a further output.
#include <cmath>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"

namespace glass::engine {
namespace {

Status expect_norm(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kF32, 1));
  GLASS_TRY_STATUS(node.expect_shape(1, {node.extent(0, 1)}));
  const double epsilon = node.node().number_attribute("epsilon");
  if (!(epsilon > 0 && epsilon < 1)) return node.wrong("epsilon must lie between 0 and 1");
  return {};
}

Result<std::vector<ValueType>> infer_rms_norm(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_norm(node));
  return std::vector<ValueType>{{kF32, node.shape(0)}, {kF32, {node.extent(0, 0)}}};
}

Result<std::vector<ValueType>> infer_layer_norm(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_norm(node));
  GLASS_TRY_STATUS(node.expect_shape(2, node.shape(1)));
  const Shape row = {node.extent(0, 0)};
  return std::vector<ValueType>{{kF32, node.shape(0)}, {kF32, row}, {kF32, row}};
}

// dy, x, weight, statistics ... -> dx, dweight [, dbias]
Status expect_norm_backward(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect_shape(1, node.shape(0)));
  GLASS_TRY_STATUS(node.expect_shape(2, {node.extent(0, 1)}));
  for (size_t i = 3; i < node.node().inputs.size(); ++i)
    GLASS_TRY_STATUS(node.expect_shape(i, {node.extent(0, 0)}));
  return {};
}

Result<std::vector<ValueType>> infer_rms_norm_backward(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_norm_backward(node));
  return std::vector<ValueType>{{kF32, node.shape(0)}, {kF32, node.shape(2)}};
}

Result<std::vector<ValueType>> infer_layer_norm_backward(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_norm_backward(node));
  std::vector<ValueType> outputs = {{kF32, node.shape(0)}, {kF32, node.shape(2)}};
  if (node.node().bool_attribute("bias")) outputs.push_back({kF32, node.shape(2)});
  return outputs;
}

void rms_norm_rule(BackwardPass& pass, const Node& node) {
  const ValueId x = node.inputs[0], weight = node.inputs[1];
  const auto made = pass.emit("rms_norm_backward", x,
                              {pass.gradient(node.outputs[0]), pass.saved(x), pass.saved(weight),
                               pass.saved(node.outputs[1])});
  pass.contribute(weight, made[1]);
  pass.contribute(x, made[0]);
}

void layer_norm_rule(BackwardPass& pass, const Node& node) {
  const ValueId x = node.inputs[0], weight = node.inputs[1];
  const bool bias = node.has_input(2);
  const auto made = pass.emit("layer_norm_backward", x,
                              {pass.gradient(node.outputs[0]), pass.saved(x), weight,
                               pass.saved(node.outputs[1]), pass.saved(node.outputs[2])},
                              {{"bias", bias}});
  pass.contribute(weight, made[1]);
  if (bias) pass.contribute(node.inputs[2], made[2]);
  pass.contribute(x, made[0]);
}

}  // namespace

ValueId rms_norm(GraphBuilder& graph, std::string_view name, ValueId x_NC, ValueId weight_C,
                 double epsilon) {
  return graph.add_node_1("rms_norm", name, {x_NC, weight_C}, {{"epsilon", epsilon}});
}

ValueId layer_norm(GraphBuilder& graph, std::string_view name, ValueId x_NC, ValueId weight_C,
                   ValueId bias_C, double epsilon) {
  return graph.add_node_1("layer_norm", name, {x_NC, weight_C, bias_C}, {{"epsilon", epsilon}});
}

std::vector<OpSpec> ops::normalization() {
  return {
      {.name = "rms_norm",
       .inputs = {"x", "weight"},
       .outputs = {"", "rstd"},
       .infer = infer_rms_norm,
       .backward = rms_norm_rule,
       .saved_inputs = {0},
       .light = true},
      {.name = "rms_norm_backward",
       .inputs = {"dy", "x", "weight", "rstd"},
       .outputs = {"", "weight"},
       .infer = infer_rms_norm_backward},
      {.name = "layer_norm",
       .inputs = {"x", "weight", "bias?"},
       .outputs = {"", "mean", "rstd"},
       .infer = infer_layer_norm,
       .backward = layer_norm_rule,
       .saved_inputs = {0},
       .light = true},
      {.name = "layer_norm_backward",
       .inputs = {"dy", "x", "weight", "mean", "rstd"},
       .outputs = {"", "weight", "bias"},
       .infer = infer_layer_norm_backward},
  };
}

}  // namespace glass::engine
