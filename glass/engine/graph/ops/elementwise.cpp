// add: the sum of two values of one shape.
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"

namespace glass::engine {
namespace {

Result<std::vector<ValueType>> infer_add(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, DType::kF32, node.shape(0).size()));
  GLASS_TRY_STATUS(node.expect(1, DType::kF32, node.shape(1).size()));
  GLASS_TRY_STATUS(node.expect_shape(1, node.shape(0)));
  return std::vector<ValueType>{{DType::kF32, node.shape(0)}};
}

void add_rule(BackwardPass& pass, const Node& node) {
  for (const ValueId input : node.inputs) {
    if (pass.wants(input)) pass.contribute(input, pass.gradient(node.outputs[0]));
  }
}

}  // namespace

ValueId add(GraphBuilder& graph, std::string_view name, ValueId a, ValueId b) {
  return graph.add_node_1("add", name, {a, b});
}

std::vector<OpSpec> ops::elementwise() {
  return {{.name = "add",
           .inputs = {"a", "b"},
           .outputs = {""},
           .infer = infer_add,
           .backward = add_rule}};
}

}  // namespace glass::engine
