// Launches of linear_cross_entropy, without and with gradients.
#include <string_view>
#include <vector>

#include "glass/engine/graph/ops/loss_options.h"
#include "glass/engine/graph/ops/storage.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"
#include "glass/engine/plan/ops/operand.h"

namespace glass::engine {
namespace {

LinearCrossEntropyArgs loss_args_of(const Graph& graph, const Node& node) {
  const Shape& x = input_shape(graph, node, 0);
  const LossOptions options = loss_options_of(node);
  return {.x_NC = nullptr,
          .weight_VC = nullptr,
          .target_N = nullptr,
          .loss_N = nullptr,
          .dx_NC = nullptr,
          .dweight_VC = nullptr,
          .rows = x[0],
          .cols = x[1],
          .vocabulary = input_shape(graph, node, 1)[0],
          .softcap = static_cast<float>(options.softcap),
          .label_smoothing = static_cast<float>(options.label_smoothing),
          .z_loss = static_cast<float>(options.z_loss),
          .round_weight = takes_matrices_as_bf16(node)};
}

// Scratch is asked for with the outputs it will have: kernels may need more for gradients.
size_t loss_scratch(const Graph& graph, const Node& node, const Kernels& kernels, int workers) {
  LinearCrossEntropyArgs args = loss_args_of(graph, node);
  float somewhere = 0;
  if (node.outputs.size() > 1) args.dx_NC = &somewhere;
  if (node.outputs.size() > 2) args.dweight_VC = &somewhere;
  return kernels.linear_cross_entropy_scratch(args, workers);
}

Launch prepare_loss(const Graph& graph, const Node& node) {
  const bool weighted = node.inputs.size() > 3;
  return [shape = loss_args_of(graph, node), weighted](const LaunchContext& at) {
    LinearCrossEntropyArgs args = shape;
    args.x_NC = at.floats(0);
    args.weight_VC = at.floats(1);
    args.target_N = at.integers(2);
    if (weighted) args.row_weight_N = at.floats(3);
    args.loss_N = at.output(0);
    args.dx_NC = at.output(1);
    args.dweight_VC = at.output(2);
    at.kernels.linear_cross_entropy(args, at.scratch, at.parallel);
  };
}

}  // namespace

std::vector<OpLaunch> launches::loss() {
  std::vector<OpLaunch> launches;
  for (const std::string_view op :
       {"linear_cross_entropy", "linear_cross_entropy_with_gradients",
        "linear_cross_entropy_with_input_gradient", "weighted_linear_cross_entropy",
        "weighted_linear_cross_entropy_with_gradients",
        "weighted_linear_cross_entropy_with_input_gradient"})
    launches.push_back({.op = op, .scratch = loss_scratch, .prepare = prepare_loss});
  return launches;
}

}  // namespace glass::engine
