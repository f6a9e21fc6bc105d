// Launches of qk_norm and its backward op: one norm over the queries, one over the keys.
#include <cstdint>
#include <vector>

#include "glass/engine/graph/ops/heads.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"
#include "glass/engine/plan/ops/operand.h"

namespace glass::engine {
namespace {

// The columns [begin, begin + groups * cols) of every row of qkv.
struct Part {
  int64_t begin, cols, groups;
};

struct QkShape {
  int64_t rows, stride;
  Part q, k;
};

// `qkv` and `weight` (that of the queries, followed by that of the keys) are indices of inputs.
QkShape qk_shape_of(const Graph& graph, const Node& node, size_t qkv, size_t weight) {
  const Heads heads = heads_of(node);
  const Shape& rows = input_shape(graph, node, qkv);
  const auto part = [&](int64_t begin, int64_t width, size_t input) {
    const int64_t cols = input_shape(graph, node, input)[0];
    return Part{.begin = begin, .cols = cols, .groups = width / cols};
  };
  const int64_t queries = heads.query * heads.head_dim;
  return {.rows = rows[0],
          .stride = rows[1],
          .q = part(0, queries, weight),
          .k = part(queries, heads.key * heads.head_dim, weight + 1)};
}

Launch prepare_qk_norm(const Graph& graph, const Node& node) {
  const auto epsilon = static_cast<float>(node.number_attribute("epsilon"));
  return [s = qk_shape_of(graph, node, 0, 1), epsilon](const LaunchContext& at) {
    float* const y = at.output(0);
    copy_unless_same(at.floats(0), y, s.rows * s.stride, at.parallel);
    const auto norm = [&](const Part& part, size_t weight, size_t rstd) {
      at.kernels.rms_norm({.x_NC = y + part.begin,
                           .weight_C = at.floats(weight),
                           .y_NC = y + part.begin,
                           .rstd_N = at.output(rstd),
                           .rows = s.rows,
                           .cols = part.cols,
                           .epsilon = epsilon,
                           .groups = part.groups,
                           .stride = s.stride},
                          at.parallel);
    };
    norm(s.q, 1, 1);
    norm(s.k, 2, 2);
  };
}

Launch prepare_qk_norm_backward(const Graph& graph, const Node& node) {
  return [s = qk_shape_of(graph, node, 1, 2)](const LaunchContext& at) {
    float* const dx = at.output(0);
    copy_unless_same(at.floats(0), dx, s.rows * s.stride, at.parallel);
    const auto norm = [&](const Part& part, size_t weight, size_t rstd, size_t dweight) {
      at.kernels.rms_norm_backward({.dy_NC = dx + part.begin,
                                    .x_NC = at.floats(1) + part.begin,
                                    .weight_C = at.floats(weight),
                                    .rstd_N = at.floats(rstd),
                                    .dx_NC = dx + part.begin,
                                    .dweight_C = at.output(dweight),
                                    .rows = s.rows,
                                    .cols = part.cols,
                                    .groups = part.groups,
                                    .stride = s.stride},
                                   at.parallel);
    };
    norm(s.q, 2, 4, 1);
    norm(s.k, 3, 5, 2);
  };
}

}  // namespace

std::vector<OpLaunch> launches::qk_norm() {
  return {
      {.op = "qk_norm", .in_place = {{.output = 0, .input = 0}}, .prepare = prepare_qk_norm},
      {.op = "qk_norm_backward",
       .in_place = {{.output = 0, .input = 0}},
       .prepare = prepare_qk_norm_backward},
  };
}

}  // namespace glass::engine
