// The micro-kernel: one tile of C for one node of k. Compiled once per target of targets.h.
//
// All of a tile's sums stay in registers: 6 x 16 on AVX2 (12 of 16 registers), 12 x 32 on AVX-512
// (24 of 32), 6 x 16 on NEON (24 of 32). Every one of them is a chain of fma with k ascending.
// Twelve chains or more hide the latency of an fma (4 or 5 cycles, two a cycle).

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_GEMM_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_GEMM_TILE_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_GEMM_TILE_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_GEMM_TILE_INL_H_
#endif

#include <cstdint>

#include "glass/engine/kernels/simd/gemm_target.h"
#include "glass/engine/kernels/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX3
inline constexpr int kTileRows = 12;
inline constexpr int kTileVectors = 2;
#else
inline constexpr int kTileRows = 6;
inline constexpr int kTileVectors = 16 / kLanes;
#endif
inline constexpr int kUnroll = 4;
inline constexpr int kTileCols = kTileVectors * kLanes;
static_assert(kTileRows <= kMaxTileRows && kTileCols <= kMaxTileCols);
static_assert(HWY_NATIVE_FMA, "hn::MulAdd must be one fused operation");

// sum + x * y, fused. On x86 the form that overwrites the sum is named outright: g++ 12 otherwise
// mixes forms, copies sums between registers and spills them, which costs 8 % of the speed.
HWY_INLINE Vec fused_add(Vec sum, Vec x, Vec y) {
#if HWY_TARGET == HWY_AVX2
  asm("vfmadd231ps %2, %1, %0" : "+x"(sum.raw) : "x"(x.raw), "x"(y.raw));
  return sum;
#elif HWY_TARGET == HWY_AVX3
  asm("vfmadd231ps %2, %1, %0" : "+v"(sum.raw) : "v"(x.raw), "v"(y.raw));
  return sum;
#else
  return hn::MulAdd(x, y, sum);
#endif
}

template <int kRows>
struct TileSums {
  // Written out, since a generated one would not be compiled for the target.
  HWY_INLINE TileSums() {}

  HWY_INLINE void set_zero() {
    GLASS_UNROLL
    for (int r = 0; r < kRows; ++r) {
      GLASS_UNROLL
      for (int v = 0; v < kTileVectors; ++v) at[r][v] = hn::Zero(Tag());
    }
  }

  // The element-wise sum of what lies at `from`, rows `stride` apart, and this.
  HWY_INLINE void add(const float* from, int64_t stride) {
    GLASS_UNROLL
    for (int r = 0; r < kRows; ++r) {
      GLASS_UNROLL
      for (int v = 0; v < kTileVectors; ++v)
        at[r][v] = hn::Add(hn::LoadU(Tag(), from + r * stride + v * kLanes), at[r][v]);
    }
  }

  HWY_INLINE void store(float* to, int64_t stride) const {
    GLASS_UNROLL
    for (int r = 0; r < kRows; ++r) {
      GLASS_UNROLL
      for (int v = 0; v < kTileVectors; ++v)
        hn::StoreU(at[r][v], Tag(), to + r * stride + v * kLanes);
    }
  }

  Vec at[kRows][kTileVectors];
};

// One k: element r of A's column is at column(r).
template <int kRows, typename Column>
HWY_INLINE void add_outer_product(TileSums<kRows>& sums, const Column& column, const float* b) {
  const Tag d;
  Vec b_row[kTileVectors];
  GLASS_UNROLL
  for (int v = 0; v < kTileVectors; ++v) b_row[v] = hn::Load(d, b + v * kLanes);
  GLASS_UNROLL
  for (int r = 0; r < kRows; ++r) {
    const Vec x = hn::Set(d, column(r));
    GLASS_UNROLL
    for (int v = 0; v < kTileVectors; ++v) sums.at[r][v] = fused_add(sums.at[r][v], x, b_row[v]);
  }
}

// Where a segment of the job begins.
struct TileSource {
  const float *a, *b, *ahead;
};

template <int kRows>
HWY_INLINE void add_products_of_panel(TileSums<kRows>& sums, const TileSource& from, int64_t k) {
  const float* a = from.a;
  const float* b = from.b;
  int64_t i = 0;
  for (; i + kUnroll <= k; i += kUnroll, a += kUnroll * kRows, b += kUnroll * kTileCols) {
    __builtin_prefetch(from.ahead + i * 4, 0, 2);
    GLASS_UNROLL
    for (int u = 0; u < kUnroll; ++u) {
      const auto column = [&](int r) HWY_ATTR { return a[u * kRows + r]; };
      add_outer_product<kRows>(sums, column, b + u * kTileCols);
    }
  }
  for (; i < k; ++i, a += kRows, b += kTileCols) {
    const auto column = [&](int r) HWY_ATTR { return a[r]; };
    add_outer_product<kRows>(sums, column, b);
  }
}

template <int kRows>
HWY_INLINE void add_products_of_rows(TileSums<kRows>& sums, const TileSource& from, int64_t k,
                                     int64_t a_stride) {
  const float* rows[kRows];
  GLASS_UNROLL
  for (int r = 0; r < kRows; ++r) rows[r] = from.a + r * a_stride;
  const float* b = from.b;
  int64_t i = 0;
  for (; i + kUnroll <= k; i += kUnroll, b += kUnroll * kTileCols) {
    __builtin_prefetch(from.ahead + i * 4, 0, 2);
    GLASS_UNROLL
    for (int u = 0; u < kUnroll; ++u) {
      const auto column = [&](int r) HWY_ATTR { return rows[r][i + u]; };
      add_outer_product<kRows>(sums, column, b + u * kTileCols);
    }
  }
  for (; i < k; ++i, b += kTileCols) {
    const auto column = [&](int r) HWY_ATTR { return rows[r][i]; };
    add_outer_product<kRows>(sums, column, b);
  }
}

// The segments of the node one after another, combined by the tree.
template <int kRows, bool kPanel>
HWY_INLINE void add_products_of_node(TileSums<kRows>& sums, const TileJob& job) {
  constexpr int kStep = static_cast<int>(kSegment);
  alignas(64) float waiting[kMaxWaitingTiles][kRows * kTileCols];
  int waits = 0;
  TileSource from{.a = job.a, .b = job.b, .ahead = job.ahead};
  const uint8_t* merges = job.merges;
  for (int64_t left = job.k;; left -= kSegment, ++merges) {
    const int64_t k = left < kSegment ? left : kSegment;
    sums.set_zero();
    if constexpr (kPanel) {
      add_products_of_panel<kRows>(sums, from, k);
    } else {
      add_products_of_rows<kRows>(sums, from, k, job.a_stride);
    }
    for (int i = *merges; i > 0; --i) sums.add(waiting[--waits], kTileCols);
    if (left <= kSegment) return;
    sums.store(waiting[waits++], kTileCols);
    from.a += kPanel ? kStep * kRows : kStep;
    from.b += kStep * kTileCols;
    from.ahead += kStep * 4;
  }
}

// A tile at the right edge: what lies beyond `cols` is neither read nor written.
inline void finish_edge_tile(const float* tile, int rows, const TileJob& job) {
  for (int r = 0; r < rows; ++r) {
    for (int64_t j = 0; j < job.cols; ++j) {
      float value = tile[r * kTileCols + j];
      for (int i = 0; i < job.addend_count; ++i)
        value = job.addends[i].data[r * job.addends[i].stride + j] + value;
      job.out[r * job.out_stride + j] = value;
    }
  }
}

template <int kRows, bool kPanel>
void multiply_tile(const TileJob& job) {
  GLASS_UNROLL
  for (int r = 0; r < kRows; ++r) __builtin_prefetch(job.out + r * job.out_stride, 1);
  TileSums<kRows> sums;
  add_products_of_node<kRows, kPanel>(sums, job);
  if (job.cols == kTileCols) {
    for (int i = 0; i < job.addend_count; ++i) sums.add(job.addends[i].data, job.addends[i].stride);
    sums.store(job.out, job.out_stride);
  } else {
    alignas(64) float tile[kRows * kTileCols];
    sums.store(tile, kTileCols);
    finish_edge_tile(tile, kRows, job);
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
