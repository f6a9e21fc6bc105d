// The halving tree: the one shape in which segment results are combined.
//
// n leaves split into the first ceil(n/2) and the rest, recursively. HalvingTree turns the shape
// into a schedule for leaves that arrive in ascending order:
//
//   for (leaf = 0; leaf < n; ++leaf) {
//     const auto step = tree.steps()[leaf];
//     if (step.add) slot[step.slot] = slot[step.slot] + result(leaf);   // a right child beside its
//     else          slot[step.slot] = result(leaf);                     // finished left sibling
//     for (int s = step.slot; s > step.slot - step.merges; --s)
//       slot[s - 1] = slot[s - 1] + slot[s];
//   }
//
// and slot 0 holds the root. At most ceil(log2 n) + 1 slots are alive.
#pragma once

#include <algorithm>
#include <cstddef>
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

// A range of leaves [begin, end) that is a node of a tree.
using TreeNode = std::pair<int64_t, int64_t>;

// The nodes, in ascending order, that a cut of the tree over `leaves` into nodes of at most `limit`
// leaves gives. REQUIRES: leaves >= 1, limit >= 1.
std::vector<TreeNode> tree_nodes(int64_t leaves, int64_t limit);

// The largest nodes of the tree over `leaves` that together cover [begin, end) exactly, ascending:
// at most about 2 log2(leaves). What an owner of that range hands over so that anyone can finish
// the tree. REQUIRES: 0 <= begin <= end <= leaves.
std::vector<TreeNode> cover_nodes(int64_t leaves, int64_t begin, int64_t end);

// The value of the tree over the leaves [begin, end): leaf(i) gives a leaf, combine(left, right) a
// node. The definition in words; HalvingTree is the same without recursion. REQUIRES: begin < end.
template <typename Leaf, typename Combine>
auto fold_tree(int64_t begin, int64_t end, const Leaf& leaf, const Combine& combine)
    -> decltype(leaf(begin)) {
  if (end - begin == 1) return leaf(begin);
  const int64_t middle = begin + left_leaves(end - begin);
  auto left = fold_tree(begin, middle, leaf, combine);
  return combine(std::move(left), fold_tree(middle, end, leaf, combine));
}

// The value of the tree over the leaves [begin, end) from nodes that cover them, ascending, as
// cover_nodes gives them: node(i) is the value of nodes[i]. REQUIRES: begin < end.
template <typename Node, typename Combine>
auto fold_nodes(std::span<const TreeNode> nodes, int64_t begin, int64_t end, const Node& node,
                const Combine& combine) -> decltype(node(size_t{0})) {
  const auto at = std::ranges::lower_bound(nodes, TreeNode(begin, end));
  if (at != nodes.end() && *at == TreeNode(begin, end))
    return node(static_cast<size_t>(at - nodes.begin()));
  const int64_t middle = begin + left_leaves(end - begin);
  auto left = fold_nodes(nodes, begin, middle, node, combine);
  return combine(std::move(left), fold_nodes(nodes, middle, end, node, combine));
}

}  // namespace glass::engine
