// store_bf16 and load_bf16: activations that wait for the backward pass in half the memory.
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/ops/families.h"

namespace glass::engine {
namespace {

Result<std::vector<ValueType>> infer_store(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, node.shape(0).size()));
  return std::vector<ValueType>{{kF32, node.shape(0)}, {DType::kBF16, node.shape(0)}};
}

Result<std::vector<ValueType>> infer_load(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, DType::kBF16, node.shape(0).size()));
  return std::vector<ValueType>{{kF32, node.shape(0)}};
}

// Rounding has no slope of its own: the gradient passes as if x were its nearest number.
void store_rule(BackwardPass& pass, const Node& node) {
  pass.contribute(node.inputs[0], pass.gradient(node.outputs[0]));
}

}  // namespace

std::vector<OpSpec> ops::storage() {
  return {
      {.name = "store_bf16",
       .inputs = {"x"},
       .outputs = {"", "bf16"},
       .infer = infer_store,
       .backward = store_rule},
      {.name = "load_bf16", .inputs = {"stored"}, .outputs = {""}, .infer = infer_load},
  };
}

}  // namespace glass::engine
