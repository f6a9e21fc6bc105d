// GemmPlan: how a matrix product is cut into pieces that fit the caches, and what scratch it needs.
//
//   for each group of rows of C            (so that waiting nodes of the tree stay few)
//     for each chunk of columns            (as much of B, packed, as the L3 cache should hold)
//       for each phase of k                (all of it, or one node of the tree)
//         pack this part of B, all workers together
//         for each block of rows           (dynamically, one worker each)
//           for each node of k             (as much of A as the L2 cache should hold)
//             for each panel of B
//               for each panel of A: a tile in registers, segment after segment of the node
//
// Nothing of this shows in the bits: the tree over the segments is the same for every cut.
#pragma once

#include <cstddef>
#include <cstdint>

#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/simd/gemm_target.h"

namespace glass::engine {

struct GemmPlan {
  enum class A {
    kRows,    // read where it lies
    kCopied,  // rows copied side by side, because their stride makes them fight for cache sets
    kPanels,  // packed, because it lies as [k,m]
  };
  A a = A::kRows;
  bool is_narrow = false;       // see GemmLimits
  int64_t segments = 0;         // of k
  int64_t node_segments = 0;    // at most so many in a node that is finished within a block
  bool phase_per_node = false;  // else one phase does all of k
  int64_t group_rows = 0;
  int64_t chunk_cols = 0;    // a multiple of tile_cols
  int64_t block_rows = 0;    // at most, a multiple of tile_rows
  int64_t blocks = 0;        // of a group of rows, at most
  int64_t column_parts = 0;  // into which a block's columns are cut to have work for everyone
  bool c_waits = false;      // C itself is slot 0 of the nodes
  int node_slots = 0;        // buffers for waiting nodes besides C

  // Floats of scratch: shared by all workers, then for each worker.
  int64_t b_floats = 0;
  int64_t shared_slot_floats = 0;
  int64_t a_floats = 0;
  int64_t node_slot_floats = 0;

  [[nodiscard]] int64_t shared_floats() const { return b_floats + shared_slot_floats; }

  [[nodiscard]] int64_t worker_floats() const { return a_floats + node_slot_floats; }

  [[nodiscard]] size_t scratch_bytes(int workers) const {
    return sizeof(float) * static_cast<size_t>(shared_floats() + workers * worker_floats());
  }
};

// Where the cuts are made. Sizes in floats, for caches of 32 KiB, 512 KiB and a few MiB shared.
struct GemmLimits {
  int64_t chunk_floats = int64_t{1} << 20;  // of B, packed
  int64_t min_chunk_cols = 512;             // rather than fewer columns, k is cut
  // Of a long [k,m] times [k,n] with so few columns, a weight's gradient, one worker alone packs no
  // more of B than the L2 cache holds, and so much wider blocks of A: A is read once in longer
  // runs. Several would wait for each other at each phase, which takes what it gives.
  int64_t narrow_cols = 512;
  int64_t narrow_from_floats = int64_t{1} << 19;
  int64_t narrow_chunk_floats = int64_t{1} << 17;
  int64_t narrow_max_block_panels = 24;
  int64_t block_floats = int64_t{1} << 16;  // of A, read again for each panel of B
  int64_t min_block_panels = 4;
  int64_t max_block_panels = 16;
  int64_t whole_node_segments = 6;  // a k so short is one node; at most kMaxNodeSegments
  int64_t node_segments = 4;        // of a longer one, twice as many where that spares phases
  int64_t shared_slot_floats = int64_t{1} << 22;
};

// `b_is_packed`: B comes packed whole, so there is one chunk and one phase.
GemmPlan plan_gemm(const GemmArgs& args, const GemmTarget& target, int workers, bool b_is_packed,
                   const GemmLimits& limits = {});

constexpr int64_t round_up(int64_t value, int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace glass::engine
