// Where a node of the halving tree finds its finished siblings, without building the tree.
//
// Nodes arrive in ascending order. A finished node waits in a slot until its right sibling is
// finished; the slot of a node is the number of right turns on the way from the root to it. A node
// whose way ends in `merges` right turns completes as many parents at once:
//
//   value = node;  for (s = slot; s > slot - merges; --s) value = waiting[s - 1] + value;
//   waiting[slot - merges] = value;
//
// This is the schedule of tree.h, computed on the fly because kernels do not allocate.
#pragma once

#include <cstdint>

#include "glass/engine/kernels/tree.h"

namespace glass::engine {

struct Merge {
  int64_t begin, end;  // the leaves of the node
  int slot;
  int merges;
};

// The node of at most `limit` leaves that holds `leaf`, in the tree over `leaves`.
constexpr Merge merge_of(int64_t leaf, int64_t leaves, int64_t limit) {
  Merge node{.begin = 0, .end = leaves, .slot = 0, .merges = 0};
  while (node.end - node.begin > limit) {
    const int64_t middle = node.begin + left_leaves(node.end - node.begin);
    if (leaf < middle) {
      node.end = middle;
      node.merges = 0;
    } else {
      node.begin = middle;
      ++node.slot;
      ++node.merges;
    }
  }
  return node;
}

// How many slots hold waiting nodes, at most: one for each level of the tree that is cut into nodes
// of at most `limit` leaves, the root's included.
constexpr int slot_count(int64_t leaves, int64_t limit) {
  int levels = 1;
  for (leaves = left_leaves(leaves); leaves > limit; leaves = left_leaves(leaves)) ++levels;
  return levels;
}

}  // namespace glass::engine
