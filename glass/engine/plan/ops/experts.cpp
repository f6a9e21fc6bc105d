// Launches of the operations of experts: routing, grouped products, combination.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "glass/engine/graph/ops/storage.h"
#include "glass/engine/kernels/grouped.h"
#include "glass/engine/kernels/routing.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"
#include "glass/engine/plan/ops/operand.h"

namespace glass::engine {
namespace {

Launch prepare_route(const Graph& graph, const Node& node) {
  const Shape& logits = input_shape(graph, node, 0);
  const RouteArgs shape = {.logits_NE = nullptr,
                           .rows = logits[0],
                           .experts = logits[1],
                           .chosen = node.int_attribute("chosen"),
                           .normalize = node.bool_attribute("normalize"),
                           .probability_NE = nullptr,
                           .weight_NK = nullptr,
                           .expert_NK = nullptr,
                           .token_R = nullptr,
                           .place_NK = nullptr,
                           .begin_E1 = nullptr};
  return [shape](const LaunchContext& at) {
    RouteArgs args = shape;
    args.logits_NE = at.floats(0);
    args.weight_NK = at.output(0);
    args.expert_NK = at.integer_output(1);
    args.probability_NE = at.output(2);
    args.token_R = at.integer_output(3);
    args.place_NK = at.integer_output(4);
    args.begin_E1 = at.integer_output(5);
    route(args, at.parallel);
  };
}

Launch prepare_route_backward(const Graph& graph, const Node& node) {
  const Shape& probability = input_shape(graph, node, 1);
  const RouteBackwardArgs shape = {.dweight_NK = nullptr,
                                   .probability_NE = nullptr,
                                   .weight_NK = nullptr,
                                   .expert_NK = nullptr,
                                   .begin_E1 = nullptr,
                                   .target_N = nullptr,
                                   .rows = probability[0],
                                   .experts = probability[1],
                                   .chosen = node.int_attribute("chosen"),
                                   .normalize = node.bool_attribute("normalize"),
                                   .balance = node.number_attribute("balance"),
                                   .dlogits_NE = nullptr};
  return [shape](const LaunchContext& at) {
    RouteBackwardArgs args = shape;
    args.dweight_NK = at.floats(0);
    args.probability_NE = at.floats(1);
    args.weight_NK = at.floats(2);
    args.expert_NK = at.integers(3);
    args.begin_E1 = at.integers(4);
    args.target_N = at.integers(5);
    args.dlogits_NE = at.output(0);
    route_backward(args, at.parallel);
  };
}

// A place holds the row of its token, as an embedding does.
Launch prepare_dispatch(const Graph& graph, const Node& node) {
  const Shape& out = output_shape(graph, node, 0);
  return [rows = out[0], cols = out[1]](const LaunchContext& at) {
    at.kernels.embedding({.token_N = at.integers(1),
                          .table_VC = at.floats(0),
                          .position_N = nullptr,
                          .position_table_PC = nullptr,
                          .y_NC = at.output(0),
                          .rows = rows,
                          .cols = cols},
                         at.parallel);
  };
}

// y[R,M] = x[R,K] weight[E,M,K]ᵀ, or dx[R,K] = dy[R,M] weight[E,M,K]
GroupedProductArgs grouped_args(const Graph& graph, const Node& node) {
  const Shape& a = input_shape(graph, node, 0);
  return {.form = node.op == "grouped_linear" ? GemmArgs::Form::kNT : GemmArgs::Form::kNN,
          .rows = a[0],
          .experts = input_shape(graph, node, 1)[0],
          .n = output_shape(graph, node, 0)[1],
          .k = a[1],
          .tokens = node.int_attribute("tokens"),
          .round_b = takes_matrices_as_bf16(node)};
}

size_t grouped_scratch(const Graph& graph, const Node& node, const Kernels& kernels, int workers) {
  return grouped_product_scratch(kernels, grouped_args(graph, node), workers);
}

Launch prepare_grouped(const Graph& graph, const Node& node) {
  return [shape = grouped_args(graph, node)](const LaunchContext& at) {
    GroupedProductArgs args = shape;
    args.a = at.floats(0);
    args.b = at.floats(1);
    args.c = at.output(0);
    args.begin_E1 = at.integers(2);
    grouped_product(at.kernels, args, at.scratch, at.parallel);
  };
}

// dweight[E,M,K] from dy[R,M] and x[R,K]
GroupedWeightGradientArgs grouped_weight_args(const Graph& graph, const Node& node) {
  const Shape& weight = output_shape(graph, node, 0);
  return {.rows = input_shape(graph, node, 0)[0],
          .experts = weight[0],
          .m = weight[1],
          .n = weight[2],
          .tokens = node.int_attribute("tokens")};
}

size_t grouped_weight_scratch(const Graph& graph, const Node& node, const Kernels& kernels,
                              int workers) {
  return grouped_weight_gradient_scratch(kernels, grouped_weight_args(graph, node), workers);
}

Launch prepare_grouped_weight(const Graph& graph, const Node& node) {
  return [shape = grouped_weight_args(graph, node)](const LaunchContext& at) {
    GroupedWeightGradientArgs args = shape;
    args.dy = at.floats(0);
    args.x = at.floats(1);
    args.begin_E1 = at.integers(2);
    args.token_R = at.integers(3);
    args.dweight = at.output(0);
    grouped_weight_gradient(at.kernels, args, at.scratch, at.parallel);
  };
}

Launch prepare_combine(const Graph& graph, const Node& node) {
  const Shape& place = input_shape(graph, node, 1);
  const int64_t cols = output_shape(graph, node, 0)[1];
  return [rows = place[0], chosen = place[1], cols](const LaunchContext& at) {
    at.kernels.combine({.y_RC = at.floats(0),
                        .place_NK = at.integers(1),
                        .weight_NK = at.floats(2),
                        .residual_NC = at.floats(3),
                        .out_NC = at.output(0),
                        .rows = rows,
                        .chosen = chosen,
                        .cols = cols},
                       at.parallel);
  };
}

Launch prepare_combine_backward(const Graph& graph, const Node& node) {
  const Shape& place = input_shape(graph, node, 2);
  const int64_t cols = output_shape(graph, node, 0)[1];
  return [rows = place[0], chosen = place[1], cols](const LaunchContext& at) {
    at.kernels.combine_backward({.dout_NC = at.floats(0),
                                 .y_RC = at.floats(1),
                                 .place_NK = at.integers(2),
                                 .weight_NK = at.floats(3),
                                 .dy_RC = at.output(0),
                                 .dweight_NK = at.output(1),
                                 .rows = rows,
                                 .chosen = chosen,
                                 .cols = cols},
                                at.parallel);
  };
}

}  // namespace

std::vector<OpLaunch> launches::experts() {
  return {
      {.op = "route", .prepare = prepare_route},
      {.op = "route_backward", .prepare = prepare_route_backward},
      {.op = "dispatch", .prepare = prepare_dispatch},
      {.op = "grouped_linear", .scratch = grouped_scratch, .prepare = prepare_grouped},
      {.op = "grouped_input_gradient", .scratch = grouped_scratch, .prepare = prepare_grouped},
      {.op = "grouped_weight_gradient",
       .scratch = grouped_weight_scratch,
       .prepare = prepare_grouped_weight},
      {.op = "combine", .in_place = {{.output = 0, .input = 3}}, .prepare = prepare_combine},
      {.op = "combine_backward",
       .in_place = {{.output = 0, .input = 1}},
       .prepare = prepare_combine_backward},
  };
}

}  // namespace glass::engine
