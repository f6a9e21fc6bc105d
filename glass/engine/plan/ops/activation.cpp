// Launches of swiglu, geglu, gelu and their backward ops.
#include <cstdint>
#include <vector>

#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"
#include "glass/engine/plan/ops/operand.h"

namespace glass::engine {
namespace {

Launch prepare_swiglu(const Graph& graph, const Node& node) {
  const int64_t rows = output_shape(graph, node, 0)[0], cols = output_shape(graph, node, 0)[1];
  return [rows, cols](const LaunchContext& at) {
    at.kernels.swiglu(
        {.gate_up_N2F = at.floats(0), .h_NF = at.output(0), .rows = rows, .cols = cols},
        at.parallel);
  };
}

Launch prepare_swiglu_backward(const Graph& graph, const Node& node) {
  const int64_t rows = input_shape(graph, node, 0)[0], cols = input_shape(graph, node, 0)[1];
  return [rows, cols](const LaunchContext& at) {
    at.kernels.swiglu_backward({.gate_up_N2F = at.floats(1),
                                .dh_NF = at.floats(0),
                                .dgate_up_N2F = at.output(0),
                                .rows = rows,
                                .cols = cols},
                               at.parallel);
  };
}

Launch prepare_geglu(const Graph& graph, const Node& node) {
  const int64_t rows = output_shape(graph, node, 0)[0], cols = output_shape(graph, node, 0)[1];
  return [rows, cols](const LaunchContext& at) {
    at.kernels.geglu(
        {.gate_up_N2F = at.floats(0), .h_NF = at.output(0), .rows = rows, .cols = cols},
        at.parallel);
  };
}

Launch prepare_geglu_backward(const Graph& graph, const Node& node) {
  const int64_t rows = input_shape(graph, node, 0)[0], cols = input_shape(graph, node, 0)[1];
  return [rows, cols](const LaunchContext& at) {
    at.kernels.geglu_backward({.gate_up_N2F = at.floats(1),
                               .dh_NF = at.floats(0),
                               .dgate_up_N2F = at.output(0),
                               .rows = rows,
                               .cols = cols},
                              at.parallel);
  };
}

Gelu gelu_kind(const Node& node) {
  return node.string_attribute("kind") == "erf" ? Gelu::kErf : Gelu::kTanh;
}

Launch prepare_gelu(const Graph& graph, const Node& node) {
  const int64_t count = graph.value(node.inputs[0]).element_count();
  return [kind = gelu_kind(node), count](const LaunchContext& at) {
    at.kernels.gelu({.kind = kind, .x = at.floats(0), .y = at.output(0), .count = count},
                    at.parallel);
  };
}

Launch prepare_gelu_backward(const Graph& graph, const Node& node) {
  const int64_t count = graph.value(node.inputs[0]).element_count();
  return [kind = gelu_kind(node), count](const LaunchContext& at) {
    at.kernels.gelu_backward(
        {.kind = kind, .x = at.floats(1), .dy = at.floats(0), .dx = at.output(0), .count = count},
        at.parallel);
  };
}

}  // namespace

std::vector<OpLaunch> launches::activation() {
  return {
      {.op = "swiglu", .prepare = prepare_swiglu},
      {.op = "swiglu_backward",
       .in_place = {{.output = 0, .input = 1}},
       .prepare = prepare_swiglu_backward},
      {.op = "geglu", .prepare = prepare_geglu},
      {.op = "geglu_backward",
       .in_place = {{.output = 0, .input = 1}},
       .prepare = prepare_geglu_backward},
      {.op = "gelu", .in_place = {{.output = 0, .input = 0}}, .prepare = prepare_gelu},
      {.op = "gelu_backward",
       .in_place = {{.output = 0, .input = 1}, {.output = 0, .input = 0}},
       .prepare = prepare_gelu_backward},
  };
}

}  // namespace glass::engine
