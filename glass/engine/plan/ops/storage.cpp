// Launches of store_bf16 and load_bf16.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"

namespace glass::engine {
namespace {

bool is_read(const Graph& graph, ValueId id) {
  return std::ranges::any_of(graph.nodes(), [&](const Node& node) {
    return std::ranges::find(node.inputs, id) != node.inputs.end();
  });
}

// The bits wait for a backward pass, if there is one that wants them.
Launch prepare_store(const Graph& graph, const Node& node) {
  const int64_t count = graph.value(node.inputs[0]).element_count();
  return [count, waits = is_read(graph, node.outputs[1])](const LaunchContext& at) {
    at.kernels.store_bf16({.x = at.floats(0),
                           .y = at.output(0),
                           .stored = waits ? at.halves_output(1) : nullptr,
                           .count = count},
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
