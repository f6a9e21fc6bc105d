// Launch of dropout: from the words of the step to a counter.
#include <cmath>
#include <cstdint>
#include <vector>

#include "glass/engine/graph/operations.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"

namespace glass::engine {
namespace {

uint64_t number_of(const int32_t* words) {
  return uint64_t{static_cast<uint32_t>(words[1])} << 32 | static_cast<uint32_t>(words[0]);
}

Launch prepare_dropout(const Graph& graph, const Node& node) {
  const double share = node.number_attribute("share");
  DropoutArgs shape{};
  shape.count = graph.value(node.inputs[0]).element_count();
  shape.threshold = static_cast<uint32_t>(std::ldexp(share, 32));
  shape.scale = static_cast<float>(1 / (1 - share));
  const auto site = static_cast<uint64_t>(node.int_attribute("site"));
  return [shape, site](const LaunchContext& at) {
    const int32_t* random = at.integers(1);
    DropoutArgs args = shape;
    args.x = at.floats(0);
    args.y = at.output(0);
    args.seed = number_of(random);
    args.stream = number_of(random + 2) * kDropoutSites + site;
    args.first = number_of(random + 4) * static_cast<uint64_t>(args.count);
    at.kernels.dropout(args, at.parallel);
  };
}

}  // namespace

std::vector<OpLaunch> launches::dropout() {
  return {{.op = "dropout", .in_place = {{.output = 0, .input = 0}}, .prepare = prepare_dropout}};
}

}  // namespace glass::engine
