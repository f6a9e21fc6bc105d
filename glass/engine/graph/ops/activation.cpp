// swiglu, geglu, gelu and their backward ops.
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"

namespace glass::engine {
namespace {

// Of swiglu and geglu.
Result<std::vector<ValueType>> infer_gated(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  if (node.extent(0, 1) % 2 != 0) return node.wrong("a row is [gate | up], so its width is even");
  return std::vector<ValueType>{{kF32, {node.extent(0, 0), node.extent(0, 1) / 2}}};
}

Result<std::vector<ValueType>> infer_gated_backward(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect_shape(1, {node.extent(0, 0), node.extent(0, 1) * 2}));
  return std::vector<ValueType>{{kF32, node.shape(1)}};
}

void swiglu_rule(BackwardPass& pass, const Node& node) {
  const ValueId gate_up = node.inputs[0];
  const auto made =
      pass.emit("swiglu_backward", gate_up, {pass.gradient(node.outputs[0]), pass.saved(gate_up)});
  pass.contribute(gate_up, made[0]);
}

void geglu_rule(BackwardPass& pass, const Node& node) {
  const ValueId gate_up = node.inputs[0];
  const auto made =
      pass.emit("geglu_backward", gate_up, {pass.gradient(node.outputs[0]), pass.saved(gate_up)});
  pass.contribute(gate_up, made[0]);
}

Status expect_gelu_kind(const NodeTypes& node) {
  const std::string& kind = node.node().string_attribute("kind");
  if (kind != "tanh" && kind != "erf") return node.wrong("the kind of GELU is 'tanh' or 'erf'");
  return {};
}

Result<std::vector<ValueType>> infer_gelu(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(expect_gelu_kind(node));
  return std::vector<ValueType>{{kF32, node.shape(0)}};
}

Result<std::vector<ValueType>> infer_gelu_backward(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect_shape(1, node.shape(0)));
  return infer_gelu(node);
}

void gelu_rule(BackwardPass& pass, const Node& node) {
  const ValueId x = node.inputs[0];
  const auto made = pass.emit("gelu_backward", x, {pass.gradient(node.outputs[0]), pass.saved(x)},
                              node.attributes);
  pass.contribute(x, made[0]);
}

}  // namespace

ValueId swiglu(GraphBuilder& graph, std::string_view name, ValueId gate_up_N2F) {
  return graph.add_node_1("swiglu", name, {gate_up_N2F});
}

ValueId geglu(GraphBuilder& graph, std::string_view name, ValueId gate_up_N2F) {
  return graph.add_node_1("geglu", name, {gate_up_N2F});
}

ValueId gelu(GraphBuilder& graph, std::string_view name, ValueId x, std::string_view kind) {
  return graph.add_node_1("gelu", name, {x}, {{"kind", kind}});
}

std::vector<OpSpec> ops::activation() {
  return {
      {.name = "swiglu",
       .inputs = {"gate_up"},
       .outputs = {""},
       .infer = infer_gated,
       .backward = swiglu_rule,
       .saved_inputs = {0},
       .light = true},
      {.name = "swiglu_backward",
       .inputs = {"dh", "gate_up"},
       .outputs = {""},
       .infer = infer_gated_backward},
      {.name = "geglu",
       .inputs = {"gate_up"},
       .outputs = {""},
       .infer = infer_gated,
       .backward = geglu_rule,
       .saved_inputs = {0},
       .light = true},
      {.name = "geglu_backward",
       .inputs = {"dh", "gate_up"},
       .outputs = {""},
       .infer = infer_gated_backward},
      {.name = "gelu",
       .inputs = {"x"},
       .outputs = {""},
       .infer = infer_gelu,
       .backward = gelu_rule,
       .saved_inputs = {0},
       .light = true},
      {.name = "gelu_backward",
       .inputs = {"dy", "x"},
       .outputs = {""},
       .infer = infer_gelu_backward},
  };
}

}  // namespace glass::engine
