// GemmTarget: what the matrix product needs from an instruction set, and nothing more:
// micro-kernels for one tile of C, and packing. The loops around them (gemm_run.cpp) are compiled
// once.
//
// A *panel* of B holds tile_cols columns as [k][tile_cols], zero beyond the last column. A panel of
// A holds up to tile_rows rows as [k][rows]. A *tile* is the product of a panel of A and a panel of
// B over the k of one node of the tree: its segments follow each other in registers, and those that
// wait for a sibling do so on the stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/simd/gemm_merge.h"

namespace glass::engine {

inline constexpr int kMaxTileRows = 12;
inline constexpr int kMaxTileCols = 32;
inline constexpr int kMaxNodeSegments = 8;
inline constexpr int kMaxWaitingTiles = slot_count(kMaxNodeSegments, 1);
inline constexpr int kMaxFewRows = 4;       // of A that are multiplied without expanding B
inline constexpr int kMaxWaitingRows = 32;  // segments of k: 2^31
inline constexpr int kPanelsOfRows[kMaxFewRows] = {4, 2, 1, 1};  // together in a RowsJob

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

// A product of few rows with neighbouring panels as they are stored (stored_panels.h), for all of
// k; added are, in this order, what accumulates, a bias, a residual.
struct RowsJob {
  const float* a;
  int64_t a_stride;
  int64_t k;
  const std::byte* b;   // the first panel
  int64_t panel_bytes;  // from one panel to the next
  int64_t block_bytes;  // from one kQuantBlock of k to the next
  const Addend* addends;
  int addend_count;
  float* out;
  int64_t out_stride;
  int64_t cols;  // from the first panel's on; what lies beyond is not touched
};

struct GemmTarget {
  using Kernel = void (*)(const TileJob&);
  // Copies `cols` columns and `k` rows of `from` into panels that begin `panel_stride` apart.
  using Pack = void (*)(const float* from, int64_t stride, int64_t k, int64_t cols, float* to,
                        int64_t panel_stride);

  using Rows = void (*)(const RowsJob&);
  // `count` k of one panel from the beginning of a block on as [k][tile_cols] floats.
  using Expand = void (*)(const std::byte* from, int64_t block_bytes, int64_t count, float* to);

  // How each format is read, by its number.
  struct Stored {
    Rows rows[kMaxFewRows];        // [r - 1]: r rows of A with kPanelsOfRows[r - 1] panels
    Rows rows_alone[kMaxFewRows];  // with one panel
    Expand expand;
  };

  int tile_rows, tile_cols;
  Kernel rows_of_a[kMaxTileRows];    // [r - 1]: r rows of A as they lie in memory
  Kernel panels_of_a[kMaxTileRows];  // [r - 1]: r rows of A from a panel
  Pack pack_b[2];                    // B[k,n] to panels; [1]: the nearest numbers of bfloat16
  Pack pack_b_transposed[2];         // B[n,k] to panels, likewise
  Pack pack_a_transposed;            // A[k,m] to panels; the last has as many rows as are left
  Stored stored[std::size(kWeightFormats)];
};

// Of the best instruction set of this machine. REQUIRES: simd_kernels() != nullptr.
const GemmTarget& gemm_target();

}  // namespace glass::engine
