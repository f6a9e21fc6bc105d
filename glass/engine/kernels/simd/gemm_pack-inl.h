// Packing: parts of A and B copied into panels (gemm_target.h). Compiled once per target.

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_GEMM_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_GEMM_PACK_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_GEMM_PACK_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_GEMM_PACK_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "glass/base/half.h"
#include "glass/engine/kernels/simd/bf16-inl.h"
#include "glass/engine/kernels/simd/gemm_tile-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

#if HWY_TARGET == HWY_NEON
inline constexpr int kBlock = 4;  // side of the square that is transposed in registers
#else
inline constexpr int kBlock = 8;
#endif

using BlockTag = hn::FixedTag<float, kBlock>;

// Rows of four as two pairs of interleavings: [x0 y0 z0 w0 | ...] of each quarter.
struct Quarters {
  hn::Vec<BlockTag> at[4];
};

HWY_INLINE Quarters interleave(hn::Vec<BlockTag> x, hn::Vec<BlockTag> y, hn::Vec<BlockTag> z,
                               hn::Vec<BlockTag> w) {
  const BlockTag d;
  const hn::Repartition<double, BlockTag> pairs;
  const auto low = hn::BitCast(pairs, hn::InterleaveLower(d, x, y));
  const auto high = hn::BitCast(pairs, hn::InterleaveUpper(d, x, y));
  const auto low2 = hn::BitCast(pairs, hn::InterleaveLower(d, z, w));
  const auto high2 = hn::BitCast(pairs, hn::InterleaveUpper(d, z, w));
  return {{hn::BitCast(d, hn::InterleaveLower(pairs, low, low2)),
           hn::BitCast(d, hn::InterleaveUpper(pairs, low, low2)),
           hn::BitCast(d, hn::InterleaveLower(pairs, high, high2)),
           hn::BitCast(d, hn::InterleaveUpper(pairs, high, high2))}};
}

// How numbers are taken: as they are, or as the nearest ones of bfloat16.
template <bool kRound, class D>
HWY_INLINE hn::Vec<D> numbers(D d, const float* from) {
  const auto x = hn::LoadU(d, from);
  if constexpr (kRound) return nearest_bf16(d, x);
  return x;
}

template <bool kRound>
HWY_INLINE float number(float x) {
  return kRound ? nearest_bfloat16(x) : x;
}

// to[i][j] = from[j][i] for i, j < kBlock.
template <bool kRound>
HWY_INLINE void transpose_block(const float* from, int64_t from_stride, float* to,
                                int64_t to_stride) {
  const BlockTag d;
  hn::Vec<BlockTag> rows[kBlock];
  GLASS_UNROLL
  for (int i = 0; i < kBlock; ++i) rows[i] = numbers<kRound>(d, from + i * from_stride);
  const Quarters first = interleave(rows[0], rows[1], rows[2], rows[3]);
#if HWY_TARGET == HWY_NEON
  GLASS_UNROLL
  for (int i = 0; i < 4; ++i) hn::StoreU(first.at[i], d, to + i * to_stride);
#else
  const Quarters second = interleave(rows[4], rows[5], rows[6], rows[7]);
  GLASS_UNROLL
  for (int i = 0; i < 4; ++i) {
    hn::StoreU(hn::ConcatLowerLower(d, second.at[i], first.at[i]), d, to + i * to_stride);
    hn::StoreU(hn::ConcatUpperUpper(d, second.at[i], first.at[i]), d, to + (i + 4) * to_stride);
  }
#endif
}

template <bool kRound>
HWY_INLINE void pack_columns_slowly(const float* from, int64_t row_stride, int64_t column_stride,
                                    int64_t k, int64_t cols, int64_t width, float* to) {
  for (int64_t i = 0; i < k; ++i) {
    for (int64_t j = 0; j < width; ++j)
      to[i * width + j] =
          j < cols ? number<kRound>(from[i * row_stride + j * column_stride]) : 0.0F;
  }
}

template <bool kRound>
void pack_b(const float* from, int64_t stride, int64_t k, int64_t cols, float* to,
            int64_t panel_stride) {
  const Tag d;
  const int64_t whole = cols / kTileCols;
  for (int64_t i = 0; i < k; ++i) {  // row by row, so that memory is read in long runs
    for (int64_t p = 0; p < whole; ++p) {
      GLASS_UNROLL
      for (int v = 0; v < kTileVectors; ++v) {
        const int64_t col = p * kTileCols + v * kLanes;
        hn::Store(numbers<kRound>(d, from + i * stride + col), d,
                  to + p * panel_stride + i * kTileCols + v * kLanes);
      }
    }
  }
  if (whole * kTileCols < cols) {
    pack_columns_slowly<kRound>(from + whole * kTileCols, stride, 1, k, cols - whole * kTileCols,
                                kTileCols, to + whole * panel_stride);
  }
}

template <bool kRound>
void pack_b_transposed(const float* from, int64_t stride, int64_t k, int64_t cols, float* to,
                       int64_t panel_stride) {
  for (; cols > 0; cols -= kTileCols, from += kTileCols * stride, to += panel_stride) {
    const int64_t blocks_end = cols < kTileCols ? 0 : k - k % kBlock;
    for (int64_t j = 0; j < kTileCols; j += kBlock) {
      for (int64_t i = 0; i < blocks_end; i += kBlock)
        transpose_block<kRound>(from + j * stride + i, stride, to + i * kTileCols + j, kTileCols);
    }
    pack_columns_slowly<kRound>(from + blocks_end, 1, stride, k - blocks_end,
                                std::min<int64_t>(cols, kTileCols), kTileCols,
                                to + blocks_end * kTileCols);
  }
}

// Rows of kTileRows floats in pieces of four and two, so that nothing beyond them is touched.
HWY_INLINE void copy_tile_row(const float* from, float* to) {
  const hn::FixedTag<float, 4> four;
  const hn::FixedTag<float, 2> two;
  GLASS_UNROLL
  for (int i = 0; i + 4 <= kTileRows; i += 4) hn::StoreU(hn::LoadU(four, from + i), four, to + i);
  if (kTileRows % 4 != 0) {
    constexpr int kDone = kTileRows / 4 * 4;
    hn::StoreU(hn::LoadU(two, from + kDone), two, to + kDone);
  }
}

void pack_a_transposed(const float* from, int64_t stride, int64_t k, int64_t cols, float* to,
                       int64_t panel_stride) {
  constexpr int64_t kRun = 8;  // few rows at a time, so that their cache lines are used whole
  const int64_t whole = cols / kTileRows;
  for (int64_t begin = 0; begin < k; begin += kRun) {
    const int64_t end = std::min(k, begin + kRun);
    for (int64_t p = 0; p < whole; ++p) {
      for (int64_t i = begin; i < end; ++i)
        copy_tile_row(from + i * stride + p * kTileRows, to + p * panel_stride + i * kTileRows);
    }
  }
  if (const int64_t left = cols - whole * kTileRows; left > 0) {
    pack_columns_slowly<false>(from + whole * kTileRows, stride, 1, k, left, left,
                               to + whole * panel_stride);
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
