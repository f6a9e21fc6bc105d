// Launches of add, affine and softcap.
#include <cstdint>
#include <vector>

#include "glass/engine/graph/ops/softcap.h"
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

Launch prepare_affine(const Graph& graph, const Node& node) {
  const AffineArgs shape = {.x = nullptr,
                            .y = nullptr,
                            .count = graph.value(node.inputs[0]).element_count(),
                            .factor = static_cast<float>(node.number_attribute("factor")),
                            .term = static_cast<float>(node.number_attribute("term"))};
  return [shape](const LaunchContext& at) {
    AffineArgs args = shape;
    args.x = at.floats(0);
    args.y = at.output(0);
    at.kernels.affine(args, at.parallel);
  };
}

Launch prepare_softcap(const Graph& graph, const Node& node) {
  const int64_t count = graph.value(node.inputs[0]).element_count();
  return [count, cap = static_cast<float>(softcap_of(node))](const LaunchContext& at) {
    at.kernels.softcap({.x = at.floats(0), .y = at.output(0), .count = count, .cap = cap},
                       at.parallel);
  };
}

}  // namespace

std::vector<OpLaunch> launches::elementwise() {
  return {
      {.op = "add",
       .in_place = {{.output = 0, .input = 0}, {.output = 0, .input = 1}},
       .prepare = prepare_add},
      {.op = "affine", .in_place = {{.output = 0, .input = 0}}, .prepare = prepare_affine},
      {.op = "softcap", .in_place = {{.output = 0, .input = 0}}, .prepare = prepare_softcap},
  };
}

}  // namespace glass::engine
