// Launches of store_bf16 and load_bf16.
#include <cstdint>
#include <vector>

#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"

namespace glass::engine {
namespace {

Launch prepare_store(const Graph& graph, const Node& node) {
  const int64_t count = graph.value(node.inputs[0]).element_count();
  return [count](const LaunchContext& at) {
    at.kernels.store_bf16(
        {.x = at.floats(0), .y = at.output(0), .stored = at.halves_output(1), .count = count},
        at.parallel);
  };
}

Launch prepare_load(const Graph& graph, const Node& node) {
  const int64_t count = graph.value(node.inputs[0]).element_count();
  return [count](const LaunchContext& at) {
    at.kernels.load_bf16({.stored = at.halves(0), .y = at.output(0), .count = count}, at.parallel);
  };
}

}  // namespace

std::vector<OpLaunch> launches::storage() {
  return {
      {.op = "store_bf16", .in_place = {{.output = 0, .input = 0}}, .prepare = prepare_store},
      {.op = "load_bf16", .prepare = prepare_load},
  };
}

}  // namespace glass::engine
