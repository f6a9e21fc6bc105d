#include "glass/engine/optim/gradient_tree.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <list>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/tree.h"

namespace glass::engine {
namespace {

constexpr int64_t kFloats = 37;

// Leaves of wildly different sizes, so that any other order of additions gives other bits.
void fill_leaf(int64_t leaf, std::span<float> out) {
  for (size_t i = 0; i < out.size(); ++i) {
    const auto x = static_cast<float>(leaf * 31 + static_cast<int64_t>(i) * 17);
    out[i] = std::sin(x) * std::exp2(static_cast<float>(leaf % 5) * 7);
  }
}

std::vector<float> by_recursion(int64_t leaves) {
  return fold_tree(
      int64_t{0}, leaves,
      [](int64_t leaf) {
        std::vector<float> values(kFloats);
        fill_leaf(leaf, values);
        return values;
      },
      [](std::vector<float> left, const std::vector<float>& right) {
        for (size_t i = 0; i < left.size(); ++i) left[i] = left[i] + right[i];
        return left;
      });
}

std::vector<float> copy(std::span<const float> values) {
  return {values.begin(), values.end()};
}

void sum_range(GradientTree& tree, const TreeNode& node) {
  SerialParallel serial;
  for (int64_t leaf = node.first; leaf < node.second; ++leaf) {
    fill_leaf(leaf, tree.next_leaf());
    tree.finish_leaf(serial);
  }
}

TEST(GradientTree, IsTheHalvingTreeWithLogarithmicallyManyBuffers) {
  for (int64_t leaves = 1; leaves <= 40; ++leaves) {
    GradientTree tree(leaves, kFloats, reference_kernels());
    for (int repeat = 0; repeat < 2; ++repeat) {
      sum_range(tree, {0, leaves});
      EXPECT_EQ(copy(tree.sum()), by_recursion(leaves)) << leaves;
      tree.restart();
    }
    const int64_t bound = std::bit_width(static_cast<uint64_t>(leaves - 1)) + 1;
    EXPECT_LE(tree.buffers_held(), bound) << leaves;
  }
}

TEST(GradientTree, AnyNumberOfWorkersGivesTheSameBits) {
  SerialParallel serial;
  for (int64_t leaves = 1; leaves <= 20; ++leaves) {
    const std::vector<float> expected = by_recursion(leaves);
    for (int64_t workers = 1; workers <= 9; ++workers) {
      std::list<GradientTree> trees;
      std::vector<GradientNode> nodes;
      for (int64_t worker = 0; worker < workers; ++worker) {
        const TreeNode share = share_of(leaves, workers, worker);
        for (const TreeNode& node : cover_nodes(leaves, share.first, share.second)) {
          GradientTree& tree =
              trees.emplace_back(node.second - node.first, kFloats, reference_kernels());
          sum_range(tree, node);
          nodes.push_back({.leaves = node, .sum = tree.sum()});
        }
      }
      EXPECT_EQ(copy(sum_nodes(leaves, nodes, reference_kernels(), serial)), expected)
          << leaves << " micro-batches, " << workers << " workers";
    }
  }
}

TEST(GradientTree, SharesAreContiguousAndFair) {
  for (int64_t workers = 1; workers <= 8; ++workers) {
    int64_t next = 0;
    for (int64_t worker = 0; worker < workers; ++worker) {
      const auto [begin, end] = share_of(13, workers, worker);
      EXPECT_EQ(begin, next);
      EXPECT_LE(end - begin, (13 + workers - 1) / workers);
      next = end;
    }
    EXPECT_EQ(next, 13);
  }
}

TEST(GradientTree, LossesAreSummedInTheSameTree) {
  const std::vector<float> losses = {1e8F, 1, 1, -1e8F, 3};
  // ((1e8 + 1) + 1) + (-1e8 + 3) in float
  const float left = (1e8F + 1.0F) + 1.0F;
  const float right = -1e8F + 3.0F;
  EXPECT_EQ(sum_leaves(losses), left + right);
}

}  // namespace
}  // namespace glass::engine
