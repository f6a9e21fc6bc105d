// Graphs for the tests of this room: every choice of bytes is a valid graph with a loss.
#pragma once

#include <cstdint>
#include <vector>

#include "glass/engine/graph/graph.h"

namespace glass::engine::testing {

// Inputs `tokens`, `positions`, `first_key`, `targets`; parameters `table` and those of the layers
// that the bytes choose; `x` is the embedding, `loss` the output. `in_bf16`: in numerics class
// portable-1-bf16.
Graph random_graph(const std::vector<uint8_t>& choices, bool in_bf16 = false);

}  // namespace glass::engine::testing
