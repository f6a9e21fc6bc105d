// BackwardPass: what a backward rule sees while backward() walks the nodes from last to first.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glass/engine/graph/backward.h"
#include "glass/engine/graph/builder.h"
#include "glass/engine/graph/graph.h"

namespace glass::engine {

class BackwardPass {
 public:
  BackwardPass(const Graph& forward, Recompute recompute, const FrozenParameters& frozen);

  [[nodiscard]] const Graph& forward() const { return forward_; }

  // The gradient of an output of the node, kNone if none flows into it.
  [[nodiscard]] ValueId gradient(ValueId output) const;

  // Whether the gradient of this input is wanted: it is a parameter that is trained, or depends on
  // one.
  [[nodiscard]] bool wants(ValueId input) const;

  // A value of the forward pass: itself, computed again, or loaded from where it was stored in
  // fewer bits.
  [[nodiscard]] ValueId saved(ValueId value);

  // One more contribution to the gradient of an input of the node; one that is not wanted is
  // dropped.
  void contribute(ValueId input, ValueId gradient);

  // The contributions so far, for an operation that adds its own to them in place; they count as
  // taken, and the sum is contributed by the caller. kNone when there are none.
  [[nodiscard]] ValueId take(ValueId input);

  // Adds a node of the backward pass. Its name is that of the value whose gradient it makes, plus
  // `.gradient`.
  std::vector<ValueId> emit(std::string_view op, ValueId gradient_of, std::vector<ValueId> inputs,
                            Attributes attributes = {});

  [[nodiscard]] Result<Graph> run(std::string_view loss);

 private:
  void start(size_t loss_node);
  void visit(const Node& node);
  void finish_parameters();
  void settle_name(ValueId value);
  [[nodiscard]] std::string free_name(const std::string& base) const;
  [[nodiscard]] ValueId kept(ValueId value);
  [[nodiscard]] bool is_again(const Node& node, ValueId value) const;
  [[nodiscard]] bool is_light(const Node& node) const;
  [[nodiscard]] std::vector<ValueId> compute_again(const Node& node);

  const Graph& forward_;
  Recompute recompute_;
  GraphBuilder builder_;
  std::vector<bool> wants_;               // by value of the forward graph
  std::vector<int> producer_;             // node of the forward graph, -1 for none
  std::map<ValueId, ValueId> gradients_;  // of the forward graph's values
  std::map<ValueId, ValueId> computed_again_;
  std::map<ValueId, ValueId> stored_;  // of values, before or after rounding: their bits
  std::map<ValueId, ValueId> loaded_;  // of stored ones
  std::set<ValueId> settled_;          // gradients that have their final name
};

}  // namespace glass::engine
