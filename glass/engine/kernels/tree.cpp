#include "glass/engine/kernels/tree.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "glass/base/check.h"

namespace glass::engine {
namespace {

void cut(int64_t begin, int64_t end, int64_t limit, std::vector<TreeNode>& nodes) {
  if (end - begin <= limit) {
    nodes.emplace_back(begin, end);
    return;
  }
  const int64_t middle = begin + left_leaves(end - begin);
  cut(begin, middle, limit, nodes);
  cut(middle, end, limit, nodes);
}

// Adds the largest nodes under node [begin, end) that lie inside `wanted`.
void cover(int64_t begin, int64_t end, const TreeNode& wanted, std::vector<TreeNode>& nodes) {
  if (end <= wanted.first || wanted.second <= begin) return;
  if (wanted.first <= begin && end <= wanted.second) {
    nodes.emplace_back(begin, end);
    return;
  }
  const int64_t middle = begin + left_leaves(end - begin);
  cover(begin, middle, wanted, nodes);
  cover(middle, end, wanted, nodes);
}

}  // namespace

HalvingTree::HalvingTree(int64_t leaves) {
  GLASS_CHECK(leaves >= 1);
  steps_.reserve(static_cast<size_t>(leaves));
  build(leaves, 0, 0);
}

void HalvingTree::build(int64_t leaves, int32_t slot, int32_t merges_after) {
  slot_count_ = std::max(slot_count_, slot + 1);
  if (leaves == 1) {
    steps_.push_back({.slot = slot, .add = false, .merges = merges_after});
    return;
  }
  const int64_t left = left_leaves(leaves);
  build(left, slot, 0);
  if (leaves - left == 1) {
    steps_.push_back({.slot = slot, .add = true, .merges = merges_after});
  } else {
    build(leaves - left, slot + 1, merges_after + 1);
  }
}

std::vector<TreeNode> tree_nodes(int64_t leaves, int64_t limit) {
  GLASS_CHECK(leaves >= 1 && limit >= 1);
  std::vector<TreeNode> nodes;
  cut(0, leaves, limit, nodes);
  return nodes;
}

std::vector<TreeNode> cover_nodes(int64_t leaves, int64_t begin, int64_t end) {
  GLASS_CHECK(0 <= begin && begin <= end && end <= leaves);
  std::vector<TreeNode> nodes;
  if (begin < end) cover(0, leaves, {begin, end}, nodes);
  return nodes;
}

}  // namespace glass::engine
