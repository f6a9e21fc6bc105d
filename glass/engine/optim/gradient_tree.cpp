#include "glass/engine/optim/gradient_tree.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/tree.h"
#include "glass/engine/optim/float_buffer.h"

namespace glass::engine {
namespace {

void add_to(std::span<float> left, std::span<const float> right, const Kernels& kernels,
            Parallel& parallel) {
  GLASS_CHECK(left.size() == right.size());
  kernels.add({.a = left.data(), .b = right.data(), .out = left.data(), .count = std::ssize(left)},
              parallel);
}

// Takes nodes from the front as the recursion reaches them.
class NodeSum {
 public:
  NodeSum(std::span<const GradientNode> nodes, const Kernels& kernels, Parallel& parallel)
      : nodes_(nodes), kernels_(kernels), parallel_(parallel) {}

  std::span<float> of(int64_t begin, int64_t end) {
    GLASS_CHECK(!nodes_.empty() && nodes_.front().leaves.first == begin);
    if (nodes_.front().leaves.second == end) {
      const std::span<float> sum = nodes_.front().sum;
      nodes_ = nodes_.subspan(1);
      return sum;
    }
    GLASS_CHECK(nodes_.front().leaves.second < end);
    const int64_t middle = begin + left_leaves(end - begin);
    const std::span<float> left = of(begin, middle);
    add_to(left, of(middle, end), kernels_, parallel_);
    return left;
  }

 private:
  std::span<const GradientNode> nodes_;
  const Kernels& kernels_;
  Parallel& parallel_;
};

}  // namespace

GradientTree::GradientTree(int64_t leaves, int64_t floats, const Kernels& kernels)
    : tree_(leaves),
      floats_(floats),
      kernels_(kernels),
      slots_(static_cast<size_t>(tree_.slot_count())) {}

std::span<float> GradientTree::next_leaf() {
  GLASS_CHECK(finished_ < std::ssize(tree_.steps()));
  const TreeStep& step = tree_.steps()[static_cast<size_t>(finished_)];
  FloatBuffer& buffer = step.add ? leaf_ : slots_[static_cast<size_t>(step.slot)];
  if (buffer.span().empty()) buffer = FloatBuffer(floats_);
  return buffer.span();
}

void GradientTree::finish_leaf(Parallel& parallel) {
  GLASS_CHECK(finished_ < std::ssize(tree_.steps()));
  const TreeStep& step = tree_.steps()[static_cast<size_t>(finished_++)];
  const auto slot = static_cast<size_t>(step.slot);
  if (step.add) add_to(slots_[slot].span(), leaf_.span(), kernels_, parallel);
  for (size_t i = slot; i > slot - static_cast<size_t>(step.merges); --i)
    add_to(slots_[i - 1].span(), slots_[i].span(), kernels_, parallel);
}

std::span<float> GradientTree::sum() {
  GLASS_CHECK(finished_ == std::ssize(tree_.steps()));
  return slots_[0].span();
}

int64_t GradientTree::buffers_held() const {
  return std::ranges::count_if(slots_, [](const FloatBuffer& b) { return !b.span().empty(); }) +
         (leaf_.span().empty() ? 0 : 1);
}

TreeNode share_of(int64_t micro_batches, int64_t workers, int64_t worker) {
  GLASS_CHECK(workers >= 1 && worker >= 0 && worker < workers);
  return {micro_batches * worker / workers, micro_batches * (worker + 1) / workers};
}

std::span<float> sum_nodes(int64_t leaves, std::span<const GradientNode> nodes,
                           const Kernels& kernels, Parallel& parallel) {
  return NodeSum(nodes, kernels, parallel).of(0, leaves);
}

float sum_leaves(std::span<const float> leaves) {
  GLASS_CHECK(!leaves.empty());
  return fold_tree(
      int64_t{0}, std::ssize(leaves), [&](int64_t i) { return leaves[static_cast<size_t>(i)]; },
      [](float left, float right) { return left + right; });
}

}  // namespace glass::engine
