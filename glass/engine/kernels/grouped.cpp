#include "glass/engine/kernels/grouped.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/share_out.h"
#include "glass/engine/kernels/simd/gemm_merge.h"

namespace glass::engine {
namespace {

// The part of a matrix that one worker sums up: with what waits in its tree it stays in the cache.
constexpr int64_t kTileRows = 192, kTileCols = 256;
constexpr int64_t kTileFloats = kTileRows * kTileCols;
constexpr size_t kMostSlots = 64;
constexpr size_t kAlignment = 64;  // bytes, of scratch

GemmArgs product_of(const GroupedProductArgs& args, int64_t expert, int64_t begin, int64_t rows) {
  return {.form = args.form,
          .m = rows,
          .n = args.n,
          .k = args.k,
          .a = args.a + begin * args.k,
          .a_stride = args.k,
          .b = args.b + expert * args.n * args.k,
          .b_stride = args.form == GemmArgs::Form::kNT ? args.k : args.n,
          .c = args.c + begin * args.n,
          .c_stride = args.n,
          .round_b = args.round_b};
}

int64_t tiles_of(const GroupedWeightGradientArgs& args) {
  return segment_count(args.m, kTileRows) * segment_count(args.n, kTileCols);
}

struct Tile {
  int64_t row, col, rows, cols;
};

// Tiles are counted row by row.
Tile tile_of(const GroupedWeightGradientArgs& args, int64_t index) {
  const int64_t across = segment_count(args.n, kTileCols);
  const int64_t row = index / across * kTileRows, col = index % across * kTileCols;
  return {.row = row,
          .col = col,
          .rows = std::min(kTileRows, args.m - row),
          .cols = std::min(kTileCols, args.n - col)};
}

// A tile's product over the rows [begin, begin + rows) of one expert.
GemmArgs leaf_of(const GroupedWeightGradientArgs& args, const Tile& tile, int64_t begin,
                 int64_t rows) {
  return {.form = GemmArgs::Form::kTN,
          .m = tile.rows,
          .n = tile.cols,
          .k = rows,
          .a = args.dy + begin * args.m + tile.row,
          .a_stride = args.m,
          .b = args.x + begin * args.n + tile.col,
          .b_stride = args.n,
          .c_stride = tile.cols};
}

int64_t token_segments(const GroupedWeightGradientArgs& args) {
  return std::max<int64_t>(1, segment_count(args.tokens, kSegment));
}

// The tree over segments of tokens for one tile of one expert. A slot is not filled while the node
// that would wait there has no rows.
class TileTree {
 public:
  // `memory` holds a tile for each slot.
  TileTree(const Kernels& kernels, const GroupedWeightGradientArgs& args, const Tile& tile,
           float* memory, Scratch scratch)
      : kernels_(kernels), args_(args), tile_(tile), scratch_(scratch) {
    for (int64_t s = 0; s < slot_count(token_segments(args), 1); ++s)
      memory_.at(static_cast<size_t>(s)) = memory + s * kTileFloats;
  }

  // The next segment; `rows` may be 0.
  void add_leaf(int64_t segment, int64_t begin, int64_t rows) {
    const Merge node = merge_of(segment, token_segments(args_), 1);
    const int target = node.slot - node.merges;
    int at = node.slot;
    bool present = rows > 0;
    if (node.merges > 0) {  // a right child is added to its sibling at once, or takes its place
      --at;
      present = multiply(begin, rows, at) || filled_.at(static_cast<size_t>(at));
    } else if (present) {
      multiply(begin, rows, at);
    }
    for (; at > target; --at) present = merge(at, present);
    filled_.at(static_cast<size_t>(target)) = present;
  }

  // Where the sum lies, or null where there was no row.
  [[nodiscard]] const float* sum() const { return filled_[0] ? memory_[0] : nullptr; }

 private:
  // Into the slot `at`, in which a left sibling may wait; returns whether there are rows.
  bool multiply(int64_t begin, int64_t rows, int at) {
    if (rows == 0) return false;
    GemmArgs leaf = leaf_of(args_, tile_, begin, rows);
    leaf.c = memory_.at(static_cast<size_t>(at));
    leaf.accumulate = filled_.at(static_cast<size_t>(at));
    kernels_.gemm(leaf, scratch_, serial_);
    return true;
  }

  // The node at slot `at` joins the one that waits below; returns whether their parent has rows.
  bool merge(int at, bool present) {
    const auto right = static_cast<size_t>(at), left = right - 1;
    filled_.at(right) = false;
    if (!present) return filled_.at(left);
    if (filled_.at(left))
      kernels_.add({.a = memory_.at(left),
                    .b = memory_.at(right),
                    .out = memory_.at(left),
                    .count = tile_.rows * tile_.cols},
                   serial_);
    else
      std::swap(memory_.at(left), memory_.at(right));
    return true;
  }

  const Kernels& kernels_;
  const GroupedWeightGradientArgs& args_;
  const Tile& tile_;
  Scratch scratch_;
  SerialParallel serial_;
  std::array<float*, kMostSlots> memory_{};
  std::array<bool, kMostSlots> filled_{};
};

// What one worker needs: the tiles that wait, then the scratch of a leaf.
size_t waiting_bytes(const GroupedWeightGradientArgs& args) {
  return static_cast<size_t>(slot_count(token_segments(args), 1) * kTileFloats) * sizeof(float);
}

size_t leaf_scratch(const Kernels& kernels, const GroupedWeightGradientArgs& args) {
  size_t most = 0;
  for (int64_t t = 0; t < tiles_of(args); ++t) {
    for (int64_t rows = 1; rows <= std::min(kSegment, args.tokens); ++rows) {
      GemmArgs leaf = leaf_of(args, tile_of(args, t), 0, rows);
      for (const bool accumulate : {false, true}) {
        leaf.accumulate = accumulate;
        most = std::max(most, kernels.gemm_scratch(leaf, 1));
      }
    }
  }
  return most;
}

void write_tile(const GroupedWeightGradientArgs& args, const Tile& tile, const float* sum,
                float* dweight) {
  for (int64_t row = 0; row < tile.rows; ++row) {
    float* const to = dweight + (tile.row + row) * args.n + tile.col;
    if (sum == nullptr)
      std::fill_n(to, tile.cols, 0.0F);
    else
      std::copy_n(sum + row * tile.cols, tile.cols, to);
  }
}

}  // namespace

size_t grouped_product_scratch(const Kernels& kernels, const GroupedProductArgs& args,
                               int workers) {
  size_t most = 0;
  GemmArgs product = product_of({.form = args.form, .n = args.n, .k = args.k}, 0, 0, 0);
  for (product.m = 1; product.m <= args.tokens; ++product.m)
    most = std::max(most, kernels.gemm_scratch(product, workers));
  return most;
}

void grouped_product(const Kernels& kernels, const GroupedProductArgs& args, Scratch scratch,
                     Parallel& parallel) {
  for (int64_t expert = 0; expert < args.experts; ++expert) {
    const int64_t begin = args.begin_E1[expert];
    const int64_t rows = args.begin_E1[expert + 1] - begin;
    GLASS_CHECK(rows <= args.tokens);
    if (rows > 0) kernels.gemm(product_of(args, expert, begin, rows), scratch, parallel);
  }
}

size_t grouped_weight_gradient_scratch(const Kernels& kernels,
                                       const GroupedWeightGradientArgs& args, int workers) {
  const size_t share = waiting_bytes(args) + leaf_scratch(kernels, args);
  return static_cast<size_t>(workers) * ((share + kAlignment - 1) / kAlignment * kAlignment);
}

void grouped_weight_gradient(const Kernels& kernels, const GroupedWeightGradientArgs& args,
                             Scratch scratch, Parallel& parallel) {
  const size_t share =
      scratch.size() / static_cast<size_t>(parallel.workers()) / kAlignment * kAlignment;
  const int64_t tiles = tiles_of(args), segments = token_segments(args);
  share_out(args.experts * tiles, parallel, [&](int64_t piece, int worker) {
    const int64_t expert = piece / tiles;
    const Tile tile = tile_of(args, piece % tiles);
    const Scratch mine = scratch.subspan(static_cast<size_t>(worker) * share, share);
    TileTree tree(kernels, args, tile, reinterpret_cast<float*>(mine.data()),
                  mine.subspan(waiting_bytes(args)));
    int64_t row = args.begin_E1[expert];
    for (int64_t segment = 0; segment < segments; ++segment) {
      const int64_t begin = row;
      while (row < args.begin_E1[expert + 1] && args.token_R[row] < (segment + 1) * kSegment) ++row;
      tree.add_leaf(segment, begin, row - begin);
    }
    write_tile(args, tile, tree.sum(), args.dweight + expert * args.m * args.n);
  });
}

}  // namespace glass::engine
