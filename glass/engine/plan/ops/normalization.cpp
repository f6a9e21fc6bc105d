// Launches of rms_norm, layer_norm and their backward ops.
#include <cstdint>
#include <vector>

#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"
#include "glass/engine/plan/ops/operand.h"

namespace glass::engine {
namespace {

struct NormShape {
  int64_t rows, cols;
  float epsilon;
};

NormShape norm_shape_of(const Graph& graph, const Node& node) {
  const Shape& x = input_shape(graph, node, 0);
  return {
      .rows = x[0], .cols = x[1], .epsilon = static_cast<float>(node.number_attribute("epsilon"))};
}

Launch prepare_rms_norm(const Graph& graph, const Node& node) {
  return [shape = norm_shape_of(graph, node)](const LaunchContext& at) {
    at.kernels.rms_norm({.x_NC = at.floats(0),
                         .weight_C = at.floats(1),
                         .y_NC = at.output(0),
                         .rstd_N = at.output(1),
                         .rows = shape.rows,
                         .cols = shape.cols,
                         .epsilon = shape.epsilon},
                        at.parallel);
  };
}

Launch prepare_rms_norm_backward(const Graph& graph, const Node& node) {
  const int64_t rows = input_shape(graph, node, 0)[0], cols = input_shape(graph, node, 0)[1];
  return [rows, cols](const LaunchContext& at) {
    at.kernels.rms_norm_backward({.dy_NC = at.floats(0),
                                  .x_NC = at.floats(1),
                                  .weight_C = at.floats(2),
                                  .rstd_N = at.floats(3),
                                  .dx_NC = at.output(0),
                                  .dweight_C = at.output(1),
                                  .rows = rows,
                                  .cols = cols},
                                 at.parallel);
  };
}

Launch prepare_layer_norm(const Graph& graph, const Node& node) {
  return [shape = norm_shape_of(graph, node)](const LaunchContext& at) {
    at.kernels.layer_norm({.x_NC = at.floats(0),
                           .weight_C = at.floats(1),
                           .bias_C = at.floats(2),
                           .y_NC = at.output(0),
                           .mean_N = at.output(1),
                           .rstd_N = at.output(2),
                           .rows = shape.rows,
                           .cols = shape.cols,
                           .epsilon = shape.epsilon},
                          at.parallel);
  };
}

Launch prepare_layer_norm_backward(const Graph& graph, const Node& node) {
  const int64_t rows = input_shape(graph, node, 0)[0], cols = input_shape(graph, node, 0)[1];
  return [rows, cols](const LaunchContext& at) {
    at.kernels.layer_norm_backward({.dy_NC = at.floats(0),
                                    .x_NC = at.floats(1),
                                    .weight_C = at.floats(2),
                                    .mean_N = at.floats(3),
                                    .rstd_N = at.floats(4),
                                    .dx_NC = at.output(0),
                                    .dweight_C = at.output(1),
                                    .dbias_C = at.output(2),
                                    .rows = rows,
                                    .cols = cols},
                                   at.parallel);
  };
}

}  // namespace

std::vector<OpLaunch> launches::normalization() {
  return {
      {.op = "rms_norm", .prepare = prepare_rms_norm},
      {.op = "rms_norm_backward",
       .in_place = {{.output = 0, .input = 0}},
       .prepare = prepare_rms_norm_backward},
      {.op = "layer_norm", .prepare = prepare_layer_norm},
      {.op = "layer_norm_backward",
       .in_place = {{.output = 0, .input = 0}},
       .prepare = prepare_layer_norm_backward},
  };
}

}  // namespace glass::engine
