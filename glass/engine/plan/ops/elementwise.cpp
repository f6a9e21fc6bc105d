// Launch of add.
#include <cstdint>
#include <vector>

#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"

namespace glass::engine {
namespace {

Launch prepare_add(const Graph& graph, const Node& node) {
  const int64_t count = graph.value(node.inputs[0]).element_count();
  return [count](const LaunchContext& at) {
    at.kernels.add({.a = at.floats(0), .b = at.floats(1), .out = at.output(0), .count = count},
                   at.parallel);
  };
}

}  // namespace

std::vector<OpLaunch> launches::elementwise() {
  return {{.op = "add",
           .in_place = {{.output = 0, .input = 0}, {.output = 0, .input = 1}},
           .prepare = prepare_add}};
}

}  // namespace glass::engine
