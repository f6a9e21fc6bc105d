// add: the sum of two values of one shape. affine and softcap: maps of one value.
#include <cmath>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"
#include "glass/engine/graph/ops/softcap.h"

namespace glass::engine {
namespace {

Result<std::vector<ValueType>> infer_add(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, DType::kF32, node.shape(0).size()));
  GLASS_TRY_STATUS(node.expect(1, DType::kF32, node.shape(1).size()));
  GLASS_TRY_STATUS(node.expect_shape(1, node.shape(0)));
  return std::vector<ValueType>{{DType::kF32, node.shape(0)}};
}

void add_rule(BackwardPass& pass, const Node& node) {
  for (const ValueId input : node.inputs) pass.contribute(input, pass.gradient(node.outputs[0]));
}

Result<std::vector<ValueType>> infer_affine(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, DType::kF32, node.shape(0).size()));
  for (const std::string_view number : {"factor", "term"}) {
    if (!std::isfinite(node.node().number_attribute(number)))
      return node.wrong("factor and term must be numbers");
  }
  return std::vector<ValueType>{{DType::kF32, node.shape(0)}};
}

void affine_rule(BackwardPass& pass, const Node& node) {
  const ValueId x = node.inputs[0];
  if (!pass.wants(x)) return;
  const auto made = pass.emit("affine", x, {pass.gradient(node.outputs[0])},
                              {{"factor", node.number_attribute("factor")}, {"term", 0.0}});
  pass.contribute(x, made[0]);
}

Result<std::vector<ValueType>> infer_softcap(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, DType::kF32, node.shape(0).size()));
  GLASS_TRY_STATUS(expect_softcap(node));
  return std::vector<ValueType>{{DType::kF32, node.shape(0)}};
}

}  // namespace

ValueId add(GraphBuilder& graph, std::string_view name, ValueId a, ValueId b) {
  return graph.add_node_1("add", name, {a, b});
}

ValueId affine(GraphBuilder& graph, std::string_view name, ValueId x, double factor, double term) {
  return graph.add_node_1("affine", name, {x}, {{"factor", factor}, {"term", term}});
}

ValueId softcap(GraphBuilder& graph, std::string_view name, ValueId x, double cap) {
  return graph.add_node_1("softcap", name, {x}, {{"softcap", cap}});
}

std::vector<OpSpec> ops::elementwise() {
  return {
      {.name = "add",
       .inputs = {"a", "b"},
       .outputs = {""},
       .infer = infer_add,
       .backward = add_rule,
       .stream_inputs = {0, 1}},
      {.name = "affine",
       .inputs = {"x"},
       .outputs = {""},
       .infer = infer_affine,
       .backward = affine_rule,
       .stream_inputs = {0}},
      {.name = "softcap", .inputs = {"x"}, .outputs = {""}, .infer = infer_softcap},
  };
}

}  // namespace glass::engine
