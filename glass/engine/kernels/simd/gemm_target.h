// GemmTarget: what the matrix product needs from an instruction set, and nothing more:
// micro-kernels for one tile of C, and packing. The loops around them (gemm_run.cpp) are compiled
// once.
//
// A *panel* of B holds tile_cols columns as [k][tile_cols], zero beyond the last column. A panel of
// A holds up to tile_rows rows as [k][rows]. A *tile* is the product of a panel of A and a panel of
// B over the k of one node of the tree: its segments follow each other in registers, and those that
// wait for a sibling do so on the stack.
#pragma once

#include <cstdint>

#include "glass/engine/kernels/simd/gemm_merge.h"

namespace glass::engine {

inline constexpr int kMaxTileRows = 12;
inline constexpr int kMaxTileCols = 32;
inline constexpr int kMaxNodeSegments = 8;
inline constexpr int kMaxWaitingTiles = slot_count(kMaxNodeSegments, 1);

// Something added to a finished tile, element by element: a finished sibling of the tree, the old
// C, a bias (stride 0), a residual.
struct Addend {
  const float* data;
  int64_t stride;
};

struct TileJob {
  int64_t k;              // of the node: at most kMaxNodeSegments segments
  const uint8_t* merges;  // after each segment: how many waiting siblings are added (gemm_merge.h)
  const float* a;         // rows `a_stride` apart, or a panel
  int64_t a_stride;       // unused for a panel
  const float* b;         // a panel, aligned to 64 bytes
  const float* ahead;     // 16 floats per 4 k from here on are asked into the L2 cache on the way
  const Addend* addends;  // added in this order
  int addend_count;
  float* out;  // rows `out_stride` apart
  int64_t out_stride;
  int64_t cols;  // <= tile_cols
};

struct GemmTarget {
  using Kernel = void (*)(const TileJob&);
  // Copies `cols` columns and `k` rows of `from` into panels that begin `panel_stride` apart.
  using Pack = void (*)(const float* from, int64_t stride, int64_t k, int64_t cols, float* to,
                        int64_t panel_stride);

  int tile_rows, tile_cols;
  Kernel rows_of_a[kMaxTileRows];    // [r - 1]: r rows of A as they lie in memory
  Kernel panels_of_a[kMaxTileRows];  // [r - 1]: r rows of A from a panel
  Pack pack_b;                       // B[k,n] to panels
  Pack pack_b_transposed;            // B[n,k] to panels
  Pack pack_a_transposed;            // A[k,m] to panels; the last has as many rows as are left
};

// Of the best instruction set of this machine. REQUIRES: simd_kernels() != nullptr.
const GemmTarget& gemm_target();

}  // namespace glass::engine
