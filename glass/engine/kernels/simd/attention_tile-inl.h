// The register tile that all products of attention are made of, the packing of its operands, and
// what a tile of queries sees. Compiled once per target of targets.h; see there how to include it.
//
// A tile is kTileRows x kTileCols sums held in registers; vectors run along the columns, which are
// independent outputs, and each sum is one chain of fma in ascending order. Everything that a tile
// touches is padded to whole tiles in scratch, so there are no edge cases in the inner loops.

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_ATTENTION_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_ATTENTION_TILE_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_ATTENTION_TILE_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_ATTENTION_TILE_INL_H_
#endif

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include <hwy/cache_control.h>

#include "glass/engine/kernels/simd/lanes-inl.h"
#include "glass/engine/kernels/simd/math-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

// Two vectors across and as many rows as keep both multiply-add units busy through their latency
// of four cycles: 8 accumulators of AVX2, 16 of AVX-512 and NEON. Powers of two, so that tiles fit
// blocks of keys and queries without remainders.
inline constexpr int kTileCols = std::max(kRowLanes, 2 * kLanes);
inline constexpr int kTileVectors = kTileCols / kLanes;
inline constexpr int kTileRows = kLanes == kRowLanes ? 8 : 4;

enum class Begin { kZero, kContinue };     // where the chains begin: at +0 or at what c holds
enum class End { kKeepZero, kCleanZero };  // whether -0 becomes +0 in the end

// c[r, 0..kTileCols) = chain over i < steps of fma(a[r, i], b[i, 0..kTileCols), c), where a[r, i]
// is a[r * a_row + i * a_step].
template <Begin kBegin, End kEnd>
HWY_INLINE void tile_chain(const float* HWY_RESTRICT a, int64_t a_row, int64_t a_step,
                           const float* HWY_RESTRICT b, int64_t b_step, int64_t steps,
                           float* HWY_RESTRICT c, int64_t c_row) {
  const Tag d;
  Vec sums[kTileRows][kTileVectors];
  GLASS_UNROLL
  for (int r = 0; r < kTileRows; ++r) {
    GLASS_UNROLL
    for (int v = 0; v < kTileVectors; ++v)
      sums[r][v] = kBegin == Begin::kZero ? hn::Zero(d) : hn::Load(d, c + r * c_row + v * kLanes);
  }
  for (int64_t i = 0; i < steps; ++i) {
    Vec across[kTileVectors];
    GLASS_UNROLL
    for (int v = 0; v < kTileVectors; ++v) across[v] = hn::Load(d, b + v * kLanes);
    GLASS_UNROLL
    for (int r = 0; r < kTileRows; ++r) {
      const Vec down = hn::Set(d, a[r * a_row]);
      GLASS_UNROLL
      for (int v = 0; v < kTileVectors; ++v) sums[r][v] = hn::MulAdd(down, across[v], sums[r][v]);
    }
    a += a_step;
    b += b_step;
  }
  GLASS_UNROLL
  for (int r = 0; r < kTileRows; ++r) {
    GLASS_UNROLL
    for (int v = 0; v < kTileVectors; ++v) {
      if constexpr (kEnd == End::kCleanZero) sums[r][v] = hn::Add(sums[r][v], hn::Zero(d));
      hn::Store(sums[r][v], d, c + r * c_row + v * kLanes);
    }
  }
}

constexpr int64_t round_up(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// How many nodes of a tree are alive at once when its leaves arrive in ascending order.
constexpr int tree_slots(int64_t leaves) {
  return static_cast<int>(std::bit_width(static_cast<uint64_t>(leaves - 1))) + 1;
}

// Rows of kLanes / 4 tokens, four apart: block i of the vector is x[4 i * stride, 0..4).
template <class D>
HWY_INLINE hn::Vec<D> load_blocks(D d, const float* x, int64_t stride) {
  if constexpr (hn::MaxLanes(D()) == 4) {
    return hn::LoadU(d, x);
  } else {
    const hn::Half<D> half;
    const int64_t upper = static_cast<int64_t>(hn::MaxLanes(half)) * stride;
    return hn::Combine(d, load_blocks(half, x + upper, stride), load_blocks(half, x, stride));
  }
}

// Lane t of columns[c] = x[t * stride + c] for c < 4.
HWY_INLINE void transpose_4(const float* x, int64_t stride, Vec (&columns)[4]) {
  const Tag d;
  const hn::Repartition<double, Tag> pairs;
  const Vec x0 = load_blocks(d, x, stride);
  const Vec x1 = load_blocks(d, x + stride, stride);
  const Vec x2 = load_blocks(d, x + 2 * stride, stride);
  const Vec x3 = load_blocks(d, x + 3 * stride, stride);
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, x0, x1));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, x2, x3));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, x0, x1));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, x2, x3));
  columns[0] = hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23));
  columns[1] = hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23));
  columns[2] = hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23));
  columns[3] = hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23));
}

inline constexpr int64_t kFetchAhead = 16;  // rows; they lie pages apart, where no hardware looks
inline constexpr int64_t kLineFloats = 16;

// Asks for row `row` of x[count, dim] if there is one.
HWY_INLINE void fetch_row(const float* x, int64_t stride, int64_t row, int64_t count, int64_t dim) {
  if (row >= count) return;
  for (int64_t c = 0; c < dim; c += kLineFloats) hwy::Prefetch(x + row * stride + c);
}

// Rows x[count, dim] as panels of kTileCols rows, each transposed to [dim, kTileCols]; the last
// panel is filled up with +0.
HWY_INLINE void pack_panels(const float* x, int64_t stride, int64_t count, int64_t dim,
                            float* panels) {
  for (int64_t row = 0; row < count; row += kTileCols, panels += dim * kTileCols) {
    const int64_t rows = std::min<int64_t>(count - row, kTileCols);
    const float* from = x + row * stride;
    for (int64_t t = 0; t < kTileCols; ++t) fetch_row(x, stride, row + kTileCols + t, count, dim);
    int64_t c = 0;
    if (rows == kTileCols) {
      for (; c + 4 <= dim; c += 4) {
        for (int64_t t = 0; t < kTileCols; t += kLanes) {
          Vec columns[4];
          transpose_4(from + t * stride + c, stride, columns);
          GLASS_UNROLL
          for (int i = 0; i < 4; ++i)
            hn::Store(columns[i], Tag(), panels + (c + i) * kTileCols + t);
        }
      }
    }
    for (; c < dim; ++c) {
      for (int64_t t = 0; t < kTileCols; ++t)
        panels[c * kTileCols + t] = t < rows ? from[t * stride + c] : 0.0F;
    }
  }
}

// to[0..padded) = from[0..count), filled up with +0.
HWY_INLINE void copy_row(const float* from, int64_t count, int64_t padded, float* to) {
  for_each_vector(count, [&](int64_t c, auto at) HWY_ATTR { at.store(at.load(from + c), to + c); });
  std::fill(to + count, to + padded, 0.0F);
}

// Rows x[count, dim] as [padded_count, padded_dim], filled up with +0.
HWY_INLINE void pack_rows(const float* x, int64_t stride, int64_t count, int64_t dim,
                          int64_t padded_count, int64_t padded_dim, float* rows) {
  for (int64_t i = 0; i < count; ++i) {
    fetch_row(x, stride, i + kFetchAhead, count, dim);
    copy_row(x + i * stride, dim, padded_dim, rows + i * padded_dim);
  }
  std::fill(rows + count * padded_dim, rows + padded_count * padded_dim, 0.0F);
}

// Rows x[count, dim] as strips of kTileCols columns, [strips, count, kTileCols], filled up with +0.
HWY_INLINE void pack_strips(const float* x, int64_t stride, int64_t count, int64_t dim,
                            float* strips) {
  for (int64_t i = 0; i < count; ++i) {
    fetch_row(x, stride, i + kFetchAhead, count, dim);
    for (int64_t c = 0; c < dim; c += kTileCols)
      copy_row(x + i * stride + c, std::min<int64_t>(dim - c, kTileCols), kTileCols,
               strips + c * count + i * kTileCols);
  }
}

// The keys that a group of kTileRows queries touches, counted from the first key of their block:
// all that any of them sees lie in [begin, end), and begin is a multiple of kTileCols.
struct KeyRange {
  int64_t begin, end;

  [[nodiscard]] bool empty() const { return begin >= end; }

  [[nodiscard]] bool holds_panel(int64_t panel) const {
    return begin <= panel * kTileCols && panel * kTileCols < end;
  }

  // `end` rounded up to whole panels.
  [[nodiscard]] int64_t padded_end() const { return round_up(end, kTileCols); }
};

// Of the queries at positions position .. position + count, in a block of `keys` keys that begins
// at `first_of_block`.
HWY_INLINE KeyRange key_range(const int32_t* first_key, int64_t position, int64_t count,
                              int64_t first_of_block, int64_t keys) {
  if (count <= 0) return {.begin = 0, .end = 0};
  const int64_t first = *std::min_element(first_key, first_key + count);
  const int64_t end = std::clamp<int64_t>(position + count - first_of_block, 0, keys);
  const int64_t begin = std::clamp<int64_t>(first - first_of_block, 0, keys);
  if (begin >= end) return {.begin = 0, .end = 0};
  return {.begin = begin / kTileCols * kTileCols, .end = end};
}

// Products of a group of kTileRows queries, in their rows of scores, become capped scores.
HWY_INLINE void cap_group(float* scores, int64_t stride, const KeyRange& range, float scale,
                          float cap) {
  const Tag d;
  const Vec scale_v = constant(scale), cap_v = constant(cap);
  for (int r = 0; r < kTileRows; ++r) {
    for (int64_t j = range.begin; j < range.padded_end(); j += kLanes) {
      float* at = scores + r * stride + j;
      hn::Store(capped(hn::Mul(hn::Load(d, at), scale_v), cap_v), d, at);
    }
  }
}

// Hides from a group of kTileRows queries, in their rows of scores, the keys of the range that they
// do not see: query r of `count` sees first_key[r] .. position + r, counted from first_of_block.
HWY_INLINE void mask_group(float* scores, int64_t stride, const KeyRange& range,
                           const int32_t* first_key, int64_t position, int64_t count,
                           int64_t first_of_block) {
  if (range.empty()) return;
  const Tag d;
  const Vec hidden = hn::Set(d, -std::numeric_limits<float>::infinity());
  const int64_t end = range.padded_end();
  const int64_t last_first = *std::max_element(first_key, first_key + count) - first_of_block;
  const int64_t all_from =
      std::clamp(round_up(std::max<int64_t>(last_first, 0), kLanes), range.begin, end);
  const int64_t all_to =
      std::clamp((position - first_of_block + 1) / kLanes * kLanes, all_from, end);
  const auto mask = [&](int64_t from, int64_t to) HWY_ATTR {
    for (int64_t r = 0; r < count; ++r) {
      const Vec first = hn::Set(d, static_cast<float>(first_key[r] - first_of_block));
      const Vec last = hn::Set(d, static_cast<float>(position + r - first_of_block));
      for (int64_t j = from; j < to; j += kLanes) {
        const Vec key = hn::Iota(d, static_cast<float>(j));
        const auto seen = hn::And(hn::Ge(key, first), hn::Le(key, last));
        float* at = scores + r * stride + j;
        hn::Store(hn::IfThenElse(seen, hn::Load(d, at), hidden), d, at);
      }
    }
  };
  mask(range.begin, all_from);
  mask(all_to, end);
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
