// GradientTree: the sum of the gradients of a step's micro-batches, in the halving tree over their
// global index, so that neither the number of workers nor how they share the micro-batches shows.
//
// One worker that has all of them:
//   GradientTree tree(micro_batches, floats, kernels);
//   for (micro = 0; micro < micro_batches; ++micro) {
//     compute_gradient(micro, tree.next_leaf());
//     tree.finish_leaf(parallel);
//   }
//   use(tree.sum());
//
// Several workers: each asks share_of() which micro-batches it has and cover_nodes() (tree.h) which
// nodes of the tree they make, sums each node in a GradientTree of its own (a node is itself a
// halving tree over its leaves), and sum_nodes() finishes the tree.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/tree.h"
#include "glass/engine/optim/float_buffer.h"

namespace glass::engine {

class GradientTree {
 public:
  // At most ceil(log2 leaves) + 1 buffers of that many floats are ever held, made when first used.
  // REQUIRES: leaves >= 1; kernels outlive this.
  GradientTree(int64_t leaves, int64_t floats, const Kernels& kernels);

  // Where the gradient of the next micro-batch goes; whatever is in it is overwritten by the
  // caller. REQUIRES: fewer than `leaves` are finished.
  [[nodiscard]] std::span<float> next_leaf();
  void finish_leaf(Parallel& parallel);

  // REQUIRES: all leaves are finished.
  [[nodiscard]] std::span<float> sum();

  // For the next step; the buffers stay.
  void restart() { finished_ = 0; }

  [[nodiscard]] int64_t buffers_held() const;

 private:
  HalvingTree tree_;
  int64_t floats_;
  const Kernels& kernels_;
  std::vector<FloatBuffer> slots_;
  FloatBuffer leaf_;  // a right child, before it is added to its sibling
  int64_t finished_ = 0;
};

// The micro-batches [first, second) of worker `worker`: contiguous, sizes differ by at most one.
// REQUIRES: 0 <= worker < workers.
TreeNode share_of(int64_t micro_batches, int64_t workers, int64_t worker);

// The sum over the leaves of one node of the tree.
struct GradientNode {
  TreeNode leaves;
  std::span<float> sum;
};

// The sum over all leaves; the nodes' buffers are used up, the result lies in one of them.
// REQUIRES: the nodes are nodes of the tree over `leaves`, ascending, and cover it exactly.
std::span<float> sum_nodes(int64_t leaves, std::span<const GradientNode> nodes,
                           const Kernels& kernels, Parallel& parallel);

// The same tree over one float a micro-batch: their losses. REQUIRES: there is at least one.
float sum_leaves(std::span<const float> leaves);

}  // namespace glass::engine
