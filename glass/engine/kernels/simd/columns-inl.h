// Sums over rows: per column and segment of rows one chain with the row ascending, the segments
// combined in the halving tree. Compiled once per target of targets.h; see there how to include it.

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_COLUMNS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_COLUMNS_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_COLUMNS_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_COLUMNS_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "glass/engine/kernels/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

inline constexpr int kColumnBlock = 64;  // columns summed at once: four cache lines of each row
inline constexpr int kColumnVectors = kColumnBlock / kLanes;

// sums[0..columns) = the node [begin, end) of the tree over segments of rows, columns <=
// kColumnBlock; step(sum, row, x[row, c]...) adds a row to a chain. The matrices begin at the first
// of these columns.
template <typename Step, typename... In>
void sum_column_block(int64_t begin, int64_t end, int64_t rows, int64_t stride, int64_t columns,
                      float* sums, const Step& step, const In*... x) {
  if (end - begin > 1) {
    const int64_t middle = begin + left_leaves(end - begin);
    alignas(64) float right[kColumnBlock];
    sum_column_block(begin, middle, rows, stride, columns, sums, step, x...);
    sum_column_block(middle, end, rows, stride, columns, right, step, x...);
    const auto add = [](Vec l, Vec r) HWY_ATTR { return hn::Add(l, r); };
    transform(columns, sums, add, sums, static_cast<const float*>(right));
    return;
  }
  const int64_t last = std::min(rows, end * kSegment);
  if (columns == kColumnBlock) {
    Vec chains[kColumnVectors];
    GLASS_UNROLL
    for (int v = 0; v < kColumnVectors; ++v) chains[v] = hn::Zero(Tag());
    for (int64_t row = begin * kSegment; row < last; ++row) {
      GLASS_UNROLL
      for (int v = 0; v < kColumnVectors; ++v)
        chains[v] = step(chains[v], row, hn::LoadU(Tag(), x + row * stride + v * kLanes)...);
    }
    GLASS_UNROLL
    for (int v = 0; v < kColumnVectors; ++v) hn::StoreU(chains[v], Tag(), sums + v * kLanes);
    return;
  }
  for_each_vector(columns, [&](int64_t c, auto at) HWY_ATTR {
    Vec chain = hn::Zero(Tag());
    for (int64_t row = begin * kSegment; row < last; ++row)
      chain = step(chain, row, at.load(x + row * stride + c)...);
    at.store(chain, sums + c);
  });
}

// sums[c] for the columns [begin, end) of matrices x[rows, stride].
template <typename Step, typename... In>
HWY_INLINE void sum_columns(int64_t rows, int64_t stride, int64_t begin, int64_t end, float* sums,
                            const Step& step, const In*... x) {
  if (rows == 0) return std::fill(sums + begin, sums + end, 0.0F);
  for (int64_t c = begin; c < end; c += kColumnBlock)
    sum_column_block(0, segment_count(rows, kSegment), rows, stride,
                     std::min<int64_t>(end - c, kColumnBlock), sums + c, step, (x + c)...);
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
