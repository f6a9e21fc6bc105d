#include "glass/engine/kernels/tree.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace glass::engine {
namespace {

// The expression a tree computes, with leaf i written as its number.
std::string defined(int64_t begin, int64_t end) {
  return fold_tree(
      begin, end, [](int64_t leaf) { return std::to_string(leaf); },
      [](const std::string& left, const std::string& right) {
        return "(" + left + "+" + right + ")";
      });
}

std::string scheduled(int64_t leaves) {
  const HalvingTree tree(leaves);
  std::vector<std::string> slot(static_cast<size_t>(tree.slot_count()));
  for (int64_t leaf = 0; leaf < leaves; ++leaf) {
    const TreeStep& step = tree.steps()[static_cast<size_t>(leaf)];
    auto at = static_cast<size_t>(step.slot);
    const std::string value = std::to_string(leaf);
    slot[at] = step.add ? "(" + slot[at] + "+" + value + ")" : value;
    for (int32_t merge = 0; merge < step.merges; ++merge, --at)
      slot[at - 1] = "(" + slot[at - 1] + "+" + slot[at] + ")";
  }
  return slot[0];
}

TEST(Tree, SplitsTheFirstHalfRoundedUp) {
  EXPECT_EQ(defined(0, 1), "0");
  EXPECT_EQ(defined(0, 3), "((0+1)+2)");
  EXPECT_EQ(defined(0, 5), "(((0+1)+2)+(3+4))");
  EXPECT_EQ(defined(0, 6), "(((0+1)+2)+((3+4)+5))");
}

TEST(Tree, TheScheduleComputesTheDefinition) {
  for (int64_t leaves = 1; leaves <= 200; ++leaves)
    ASSERT_EQ(scheduled(leaves), defined(0, leaves)) << leaves << " leaves";
}

TEST(Tree, TheScheduleNeedsFewSlots) {
  EXPECT_EQ(HalvingTree(1).slot_count(), 1);
  EXPECT_EQ(HalvingTree(2).slot_count(), 1);
  EXPECT_EQ(HalvingTree(4).slot_count(), 2);
  EXPECT_LE(HalvingTree(1000).slot_count(), 11);
}

TEST(Tree, NodesOfALimitedSizeCoverAllLeavesInOrder) {
  EXPECT_EQ(tree_nodes(5, 2), (std::vector<TreeNode>{{0, 2}, {2, 3}, {3, 5}}));
  EXPECT_EQ(tree_nodes(5, 3), (std::vector<TreeNode>{{0, 3}, {3, 5}}));
  EXPECT_EQ(tree_nodes(5, 9), (std::vector<TreeNode>{{0, 5}}));
}

TEST(Tree, CoverNodesAreTheLargestThatFit) {
  EXPECT_EQ(cover_nodes(8, 0, 8), (std::vector<TreeNode>{{0, 8}}));
  EXPECT_EQ(cover_nodes(8, 1, 7), (std::vector<TreeNode>{{1, 2}, {2, 4}, {4, 6}, {6, 7}}));
  EXPECT_EQ(cover_nodes(8, 3, 3), (std::vector<TreeNode>{}));
}

TEST(Tree, CoverNodesAreNodesAndCoverExactly) {
  for (int64_t leaves = 1; leaves <= 40; ++leaves) {
    const std::string whole = defined(0, leaves);
    for (int64_t begin = 0; begin <= leaves; ++begin) {
      for (int64_t end = begin; end <= leaves; ++end) {
        int64_t at = begin;
        for (const auto& [first, last] : cover_nodes(leaves, begin, end)) {
          EXPECT_EQ(first, at);
          EXPECT_NE(whole.find(defined(first, last)), std::string::npos);
          at = last;
        }
        EXPECT_EQ(at, end);
      }
    }
  }
}

TEST(Tree, NodesOfAnyOwnersFinishTheTree) {
  for (int64_t leaves = 1; leaves <= 30; ++leaves) {
    for (int64_t cut = 0; cut <= leaves; ++cut) {
      std::vector<TreeNode> nodes = cover_nodes(leaves, 0, cut);
      for (const TreeNode& node : cover_nodes(leaves, cut, leaves)) nodes.push_back(node);
      const std::string whole = fold_nodes(
          nodes, 0, leaves, [&](size_t i) { return defined(nodes[i].first, nodes[i].second); },
          [](const std::string& left, const std::string& right) {
            return "(" + left + "+" + right + ")";
          });
      EXPECT_EQ(whole, defined(0, leaves));
    }
  }
}

}  // namespace
}  // namespace glass::engine
