// Launches of linear and its gradients: the three forms of the matrix product.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "glass/engine/graph/ops/storage.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"
#include "glass/engine/plan/ops/operand.h"

namespace glass::engine {
namespace {

// Stands for a residual whose address is not known yet: scratch depends on whether there is one.
constexpr float kSomeResidual = 0;

// y[N,M] = x[N,K] weight[M,K]ᵀ
GemmArgs linear_args(const Graph& graph, const Node& node) {
  const Shape& x = input_shape(graph, node, 0);
  const int64_t width = input_shape(graph, node, 1)[0];
  return {.form = GemmArgs::Form::kNT,
          .m = x[0],
          .n = width,
          .k = x[1],
          .a_stride = x[1],
          .b_stride = x[1],
          .c_stride = width,
          .residual = node.inputs[3] == ValueId::kNone ? nullptr : &kSomeResidual,
          .round_b = takes_matrices_as_bf16(node)};
}

// dx[N,K] = dy[N,M] weight[M,K]
GemmArgs input_gradient_args(const Graph& graph, const Node& node) {
  const Shape& dy = input_shape(graph, node, 0);
  const int64_t width = input_shape(graph, node, 1)[1];
  return {.form = GemmArgs::Form::kNN,
          .m = dy[0],
          .n = width,
          .k = dy[1],
          .a_stride = dy[1],
          .b_stride = width,
          .c_stride = width,
          .round_b = takes_matrices_as_bf16(node)};
}

// dweight[M,K] = dy[N,M]ᵀ x[N,K]
GemmArgs weight_gradient_args(const Graph& graph, const Node& node) {
  const Shape& dy = input_shape(graph, node, 0);
  const int64_t width = input_shape(graph, node, 1)[1];
  return {.form = GemmArgs::Form::kTN,
          .m = dy[1],
          .n = width,
          .k = dy[0],
          .a_stride = dy[1],
          .b_stride = width,
          .c_stride = width};
}

using MakeArgs = GemmArgs (*)(const Graph&, const Node&);

template <MakeArgs make_args>
size_t linear_scratch(const Graph& graph, const Node& node, const Kernels& kernels, int workers) {
  return kernels.gemm_scratch(make_args(graph, node), workers);
}

template <MakeArgs make_args>
Launch prepare_gradient(const Graph& graph, const Node& node) {
  return [shape = make_args(graph, node)](const LaunchContext& at) {
    GemmArgs args = shape;
    args.a = at.floats(0);
    args.b = at.floats(1);
    args.c = at.output(0);
    at.kernels.gemm(args, at.scratch, at.parallel);
  };
}

Launch prepare_linear(const Graph& graph, const Node& node) {
  return [shape = linear_args(graph, node)](const LaunchContext& at) {
    GemmArgs args = shape;
    args.a = at.floats(0);
    args.c = at.output(0);
    args.bias = at.floats(2);
    args.residual = at.floats(3);
    const PackedMatrix& packed = at.inputs[1]->packed;
    if (packed.data != nullptr) {
      at.kernels.gemm_packed(args, packed, at.scratch, at.parallel);
    } else {
      args.b = at.floats(1);
      at.kernels.gemm(args, at.scratch, at.parallel);
    }
  };
}

Launch prepare_column_sum(const Graph& graph, const Node& node) {
  const int64_t rows = input_shape(graph, node, 0)[0], cols = input_shape(graph, node, 0)[1];
  return [rows, cols](const LaunchContext& at) {
    at.kernels.column_sum({.x_NC = at.floats(0), .sum_C = at.output(0), .rows = rows, .cols = cols},
                          at.parallel);
  };
}

}  // namespace

std::vector<OpLaunch> launches::linear() {
  return {
      {.op = "linear",
       .in_place = {{.output = 0, .input = 3}},
       .scratch = linear_scratch<linear_args>,
       .prepare = prepare_linear},
      {.op = "linear_input_gradient",
       .scratch = linear_scratch<input_gradient_args>,
       .prepare = prepare_gradient<input_gradient_args>},
      {.op = "linear_weight_gradient",
       .scratch = linear_scratch<weight_gradient_args>,
       .prepare = prepare_gradient<weight_gradient_args>},
      {.op = "column_sum", .prepare = prepare_column_sum},
  };
}

}  // namespace glass::engine
