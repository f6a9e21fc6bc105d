// The forward graph of numerics class portable-1-bf16, made of that of portable-1
// (docs/reference/numerics.md).
//
// Nothing is computed in fewer bits. What is *stored* in fewer is rounded where it is made or read:
//   - A node that reads a parameter of two or more dimensions takes its numbers as the nearest ones
//     of bfloat16 (attribute `matrices`). The parameter itself stays as the optimizer keeps it.
//   - An activation X that a backward rule reads is followed by a node `X.rounded`, which all that
//     follows reads, and the bits of which wait for the backward pass as `X.rounded.bf16`.
// As they are stay: the residual stream (the embedding, and the sums of it and what layers add),
// the statistics of norms and of attention, vectors, gradients.
#pragma once

#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"

namespace glass::engine {

// REQUIRES: a forward graph.
[[nodiscard]] Result<Graph> store_in_bf16(const Graph& graph);

}  // namespace glass::engine
