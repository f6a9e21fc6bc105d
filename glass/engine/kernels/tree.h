// The halving tree: the one shape in which segment results are combined.
//
// n leaves split into the first ceil(n/2) and the rest, recursively. HalvingTree turns the shape
// into a schedule for leaves that arrive in ascending order:
//
//   for (leaf = 0; leaf < n; ++leaf) {
//     const auto step = tree.steps()[leaf];
//     if (step.add) slot[step.slot] = slot[step.slot] + result(leaf);   // a right child beside its
//     else          slot[step.slot] = result(leaf);                     // finished left sibling
//     for (int s = step.slot; s > step.slot - step.merges; --s) slot[s - 1] = slot[s - 1] +
//     slot[s];
//   }
//
// and slot 0 holds the root. At most ceil(log2 n) + 1 slots are alive.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace glass::engine {

// The number of leaves of the left subtree of a tree of `leaves`. REQUIRES: leaves >= 2.
constexpr int64_t left_leaves(int64_t leaves) {
  return (leaves + 1) / 2;
}

constexpr int64_t segment_count(int64_t length, int64_t segment) {
  return (length + segment - 1) / segment;
}

struct TreeStep {
  int32_t slot;    // where the leaf goes
  bool add;        // added to the slot (a right leaf beside a left leaf), else stored
  int32_t merges;  // then so many times: the slot below takes the slot above
};

class HalvingTree {
 public:
  // REQUIRES: leaves >= 1.
  explicit HalvingTree(int64_t leaves);

  [[nodiscard]] std::span<const TreeStep> steps() const { return steps_; }

  [[nodiscard]] int slot_count() const { return slot_count_; }

 private:
  void build(int64_t leaves, int32_t slot, int32_t merges_after);

  std::vector<TreeStep> steps_;
  int slot_count_ = 0;
};

// Calls visit(begin, end) for the nodes, in ascending order, that a cut of the tree over `leaves`
// into nodes of at most `limit` leaves gives.
std::vector<std::pair<int64_t, int64_t>> tree_nodes(int64_t leaves, int64_t limit);

}  // namespace glass::engine
