// Experts: route, dispatch, grouped_linear, combine, and their backward ops.
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/backward_pass.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"

namespace glass::engine {
namespace {

Result<std::vector<ValueType>> infer_route(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kI32, 1));
  const int64_t rows = node.extent(0, 0), experts = node.extent(0, 1);
  GLASS_TRY_STATUS(node.expect_shape(1, {rows}));
  const int64_t chosen = node.node().int_attribute("chosen");
  if (chosen < 1 || chosen > experts)
    return node.wrong("a row goes to at least one expert and at most to all");
  const double balance = node.node().number_attribute("balance");
  if (!std::isfinite(balance) || balance < 0) return node.wrong("the balance must not be negative");
  if (node.has(1) != (balance > 0)) return node.wrong("targets are what a balance is counted by");
  const Shape by_row = {rows, chosen};
  return std::vector<ValueType>{{kF32, by_row},          {kI32, by_row}, {kF32, node.shape(0)},
                                {kI32, {rows * chosen}}, {kI32, by_row}, {kI32, {experts + 1}}};
}

// dweight, probability, weight, expert, begin, target? -> dlogits
Result<std::vector<ValueType>> infer_route_backward(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kF32, 2));
  for (const size_t input : {2U, 3U}) GLASS_TRY_STATUS(node.expect_shape(input, node.shape(0)));
  GLASS_TRY_STATUS(node.expect_shape(4, {node.extent(1, 1) + 1}));
  return std::vector<ValueType>{{kF32, node.shape(1)}};
}

void route_rule(BackwardPass& pass, const Node& node) {
  const ValueId logits = node.inputs[0];
  const auto saved = [&](size_t output) { return pass.saved(node.outputs[output]); };
  const auto made =
      pass.emit("route_backward", logits,
                {pass.gradient(node.outputs[0]), saved(2), saved(0), saved(1), saved(5),
                 node.has_input(1) ? pass.saved(node.inputs[1]) : ValueId::kNone},
                node.attributes);
  pass.contribute(logits, made[0]);
}

// x[N,C], token[R], place[N,K]
Result<std::vector<ValueType>> infer_dispatch(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kI32, 1));
  GLASS_TRY_STATUS(node.expect(2, kI32, 2));
  if (node.extent(2, 0) != node.extent(0, 0) ||
      node.extent(1, 0) != node.extent(2, 0) * node.extent(2, 1))
    return node.wrong("the places are not those of these rows");
  return std::vector<ValueType>{{kF32, {node.extent(1, 0), node.extent(0, 1)}}};
}

void dispatch_rule(BackwardPass& pass, const Node& node) {
  const ValueId x = node.inputs[0];
  if (!pass.wants(x)) return;
  const auto made = pass.emit(
      "combine", x,
      {pass.gradient(node.outputs[0]), pass.saved(node.inputs[2]), ValueId::kNone, ValueId::kNone});
  pass.contribute(x, made[0]);
}

Status expect_groups(const NodeTypes& node, size_t rows, size_t weight, size_t begin,
                     size_t token) {
  GLASS_TRY_STATUS(node.expect(rows, kF32, 2));
  GLASS_TRY_STATUS(node.expect(weight, kF32, 3));
  GLASS_TRY_STATUS(node.expect(begin, kI32, 1));
  GLASS_TRY_STATUS(node.expect_shape(begin, {node.extent(weight, 0) + 1}));
  GLASS_TRY_STATUS(node.expect(token, kI32, 1));
  GLASS_TRY_STATUS(node.expect_shape(token, {node.extent(rows, 0)}));
  if (node.node().int_attribute("tokens") < 1) return node.wrong("there must be a token");
  return {};
}

// x[R,K], weight[E,M,K], begin[E+1], token[R] -> y[R,M]
Result<std::vector<ValueType>> infer_grouped_linear(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_groups(node, 0, 1, 2, 3));
  if (node.extent(0, 1) != node.extent(1, 2))
    return node.wrong("the columns of x and of weight differ");
  return std::vector<ValueType>{{kF32, {node.extent(0, 0), node.extent(1, 1)}}};
}

// dy[R,M], weight[E,M,K], begin, token -> dx[R,K]
Result<std::vector<ValueType>> infer_grouped_input_gradient(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_groups(node, 0, 1, 2, 3));
  return std::vector<ValueType>{{kF32, {node.extent(0, 0), node.extent(1, 2)}}};
}

// dy[R,M], x[R,K], begin, token -> dweight[E,M,K]
Result<std::vector<ValueType>> infer_grouped_weight_gradient(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kF32, 2));
  GLASS_TRY_STATUS(node.expect(2, kI32, 1));
  GLASS_TRY_STATUS(node.expect(3, kI32, 1));
  if (node.extent(0, 0) != node.extent(1, 0)) return node.wrong("the rows of dy and of x differ");
  return std::vector<ValueType>{
      {kF32, {node.extent(2, 0) - 1, node.extent(0, 1), node.extent(1, 1)}}};
}

void grouped_linear_rule(BackwardPass& pass, const Node& node) {
  const ValueId x = node.inputs[0], weight = node.inputs[1];
  const ValueId dy = pass.gradient(node.outputs[0]);
  const ValueId begin = pass.saved(node.inputs[2]), token = pass.saved(node.inputs[3]);
  if (pass.wants(weight)) {
    const auto made = pass.emit("grouped_weight_gradient", weight,
                                {dy, pass.saved(x), begin, token}, node.attributes);
    pass.contribute(weight, made[0]);
  }
  const auto made = pass.emit("grouped_input_gradient", x, {dy, pass.saved(weight), begin, token},
                              node.attributes);
  pass.contribute(x, made[0]);
}

// y[R,C], place[N,K], weight[N,K]?, residual[N,C]? -> [N,C]
Result<std::vector<ValueType>> infer_combine(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kI32, 2));
  GLASS_TRY_STATUS(node.expect(2, kF32, 2));
  GLASS_TRY_STATUS(node.expect_shape(2, node.shape(1)));
  if (node.extent(0, 0) != node.extent(1, 0) * node.extent(1, 1))
    return node.wrong("the places are not those of these rows");
  const Shape out = {node.extent(1, 0), node.extent(0, 1)};
  GLASS_TRY_STATUS(node.expect(3, kF32, 2));
  GLASS_TRY_STATUS(node.expect_shape(3, out));
  return std::vector<ValueType>{{kF32, out}};
}

// dout[N,C], y[R,C], place[N,K], weight[N,K] -> dy, dweight
Result<std::vector<ValueType>> infer_combine_backward(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kF32, 2));
  GLASS_TRY_STATUS(node.expect_shape(2, node.shape(3)));
  return std::vector<ValueType>{{kF32, node.shape(1)}, {kF32, node.shape(3)}};
}

void combine_rule(BackwardPass& pass, const Node& node) {
  const ValueId y = node.inputs[0], weight = node.inputs[2];
  const ValueId dout = pass.gradient(node.outputs[0]);
  const auto made = pass.emit(
      "combine_backward", y, {dout, pass.saved(y), pass.saved(node.inputs[1]), pass.saved(weight)});
  pass.contribute(y, made[0]);
  pass.contribute(weight, made[1]);
  if (node.has_input(3) && pass.wants(node.inputs[3])) pass.contribute(node.inputs[3], dout);
}

}  // namespace

Routing route(GraphBuilder& graph, std::string_view name, ValueId logits_NE,
              const RouteOptions& options) {
  const std::vector<ValueId> made = graph.add_node(
      "route", name, {logits_NE, options.target_N},
      {{"chosen", options.chosen}, {"normalize", options.normalize}, {"balance", options.balance}});
  if (graph.failed()) return {};
  return {.weight_NK = made[0],
          .expert_NK = made[1],
          .probability_NE = made[2],
          .token_R = made[3],
          .place_NK = made[4],
          .begin_E1 = made[5]};
}

ValueId dispatch(GraphBuilder& graph, std::string_view name, ValueId x_NC, const Routing& routing) {
  return graph.add_node_1("dispatch", name, {x_NC, routing.token_R, routing.place_NK});
}

ValueId grouped_linear(GraphBuilder& graph, std::string_view name, ValueId x_RK, ValueId weight_EMK,
                       const Routing& routing) {
  if (graph.failed()) return ValueId::kNone;
  const int64_t tokens = graph.graph().value(routing.place_NK).shape[0];
  return graph.add_node_1("grouped_linear", name,
                          {x_RK, weight_EMK, routing.begin_E1, routing.token_R},
                          {{"tokens", tokens}});
}

ValueId combine(GraphBuilder& graph, std::string_view name, ValueId y_RC, const Routing& routing,
                ValueId residual_NC) {
  return graph.add_node_1("combine", name,
                          {y_RC, routing.place_NK, routing.weight_NK, residual_NC});
}

std::vector<OpSpec> ops::experts() {
  return {
      {.name = "route",
       .inputs = {"logits", "target?"},
       .outputs = {"", "expert", "probability", "token", "place", "begin"},
       .infer = infer_route,
       .backward = route_rule},
      {.name = "route_backward",
       .inputs = {"dweight", "probability", "weight", "expert", "begin", "target?"},
       .outputs = {""},
       .infer = infer_route_backward},
      {.name = "dispatch",
       .inputs = {"x", "token", "place"},
       .outputs = {""},
       .infer = infer_dispatch,
       .backward = dispatch_rule},
      {.name = "grouped_linear",
       .inputs = {"x", "weight", "begin", "token"},
       .outputs = {""},
       .infer = infer_grouped_linear,
       .backward = grouped_linear_rule,
       .saved_inputs = {0},
       .matrix_inputs = {1}},
      {.name = "grouped_input_gradient",
       .inputs = {"dy", "weight", "begin", "token"},
       .outputs = {""},
       .infer = infer_grouped_input_gradient},
      {.name = "grouped_weight_gradient",
       .inputs = {"dy", "x", "begin", "token"},
       .outputs = {""},
       .infer = infer_grouped_weight_gradient},
      {.name = "combine",
       .inputs = {"y", "place", "weight?", "residual?"},
       .outputs = {""},
       .infer = infer_combine,
       .backward = combine_rule,
       .saved_inputs = {0},
       .stream_inputs = {3}},
      {.name = "combine_backward",
       .inputs = {"dout", "y", "place", "weight"},
       .outputs = {"", "weight"},
       .infer = infer_combine_backward},
  };
}

}  // namespace glass::engine
