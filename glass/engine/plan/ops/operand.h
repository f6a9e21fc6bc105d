// Shapes of a node's operands, and the copy for an operation that only works in place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "glass/engine/graph/graph.h"
#include "glass/engine/plan/launch.h"

namespace glass::engine {

inline const Shape& input_shape(const Graph& graph, const Node& node, size_t input) {
  return graph.value(node.inputs[input]).shape;
}

inline const Shape& output_shape(const Graph& graph, const Node& node, size_t output) {
  return graph.value(node.outputs[output]).shape;
}

// Where the plan could not let the output lie on the input, it begins as a copy of it.
inline void copy_unless_same(const float* from, float* to, int64_t count, Parallel& parallel) {
  if (from == to) return;
  parallel.split(count, 4096, [&](int64_t begin, int64_t end, int) {
    std::copy(from + begin, from + end, to + begin);
  });
}

}  // namespace glass::engine
