// backward: the training graph of a graph that ends in a loss.
//
// A transform from graph to graph: every operation's backward rule adds nodes after the forward
// ones, from the last operation to the first. The gradients of a value that is used several times
// are added in that order. For a parameter W the training graph has a value `W.gradient` of kind
// gradient: that of the *sum* of the losses of all rows.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"

namespace glass::engine {

// What of the forward pass is computed again instead of being kept, `X` as `X.again`; the bits are
// the same.
enum class Recompute {
  kNone,    // everything that the backward pass needs is kept
  kLight,   // norms and activations of MLPs, from inputs that are kept anyway
  kBlocks,  // only each block's input is kept
};

// "none", "light", "blocks"
std::string_view name(Recompute recompute);
[[nodiscard]] Result<Recompute> recompute_from_name(std::string_view text);

// Names of parameters that stay as they are: no gradient is made for them, nor for what depends on
// no other parameter.
using FrozenParameters = std::set<std::string, std::less<>>;

// kInvalidInput if `loss` is no loss, or a parameter that is not frozen does not reach it.
[[nodiscard]] Result<Graph> backward(const Graph& graph, std::string_view loss,
                                     Recompute recompute = Recompute::kNone,
                                     const FrozenParameters& frozen = {});

}  // namespace glass::engine
