// The micro-kernel: one tile of C for one segment of k. Compiled once per target of targets.h.
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

template <int kRows>
HWY_INLINE void add_products_of_panel(TileSums<kRows>& sums, const TileJob& job) {
  const float* a = job.a;
  const float* b = job.b;
  const float* ahead = job.ahead;
  int64_t k = 0;
  for (; k + kUnroll <= job.k; k += kUnroll, a += kUnroll * kRows, b += kUnroll * kTileCols) {
    __builtin_prefetch(ahead + k * 4, 0, 2);
    GLASS_UNROLL
    for (int u = 0; u < kUnroll; ++u) {
      const auto column = [&](int r) HWY_ATTR { return a[u * kRows + r]; };
      add_outer_product<kRows>(sums, column, b + u * kTileCols);
    }
  }
  for (; k < job.k; ++k, a += kRows, b += kTileCols) {
    const auto column = [&](int r) HWY_ATTR { return a[r]; };
    add_outer_product<kRows>(sums, column, b);
  }
}

template <int kRows>
HWY_INLINE void add_products_of_rows(TileSums<kRows>& sums, const TileJob& job) {
  const float* rows[kRows];
  GLASS_UNROLL
  for (int r = 0; r < kRows; ++r) rows[r] = job.a + r * job.a_stride;
  const float* b = job.b;
  const float* ahead = job.ahead;
  int64_t k = 0;
  for (; k + kUnroll <= job.k; k += kUnroll, b += kUnroll * kTileCols) {
    __builtin_prefetch(ahead + k * 4, 0, 2);
    GLASS_UNROLL
    for (int u = 0; u < kUnroll; ++u) {
      const auto column = [&](int r) HWY_ATTR { return rows[r][k + u]; };
      add_outer_product<kRows>(sums, column, b + u * kTileCols);
    }
  }
  for (; k < job.k; ++k, b += kTileCols) {
    const auto column = [&](int r) HWY_ATTR { return rows[r][k]; };
    add_outer_product<kRows>(sums, column, b);
  }
}

template <int kRows>
HWY_INLINE void finish_tile(TileSums<kRows>& sums, const Addend* addends, int addend_count,
                            float* out, int64_t out_stride) {
  const Tag d;
  for (int i = 0; i < addend_count; ++i) {
    const float* data = addends[i].data;
    const int64_t stride = addends[i].stride;
    GLASS_UNROLL
    for (int r = 0; r < kRows; ++r) {
      GLASS_UNROLL
      for (int v = 0; v < kTileVectors; ++v)
        sums.at[r][v] = hn::Add(hn::LoadU(d, data + r * stride + v * kLanes), sums.at[r][v]);
    }
  }
  GLASS_UNROLL
  for (int r = 0; r < kRows; ++r) {
    GLASS_UNROLL
    for (int v = 0; v < kTileVectors; ++v)
      hn::StoreU(sums.at[r][v], d, out + r * out_stride + v * kLanes);
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
  TileSums<kRows> sums;
  GLASS_UNROLL
  for (int r = 0; r < kRows; ++r) {
    __builtin_prefetch(job.out + r * job.out_stride, 1);
    GLASS_UNROLL
    for (int v = 0; v < kTileVectors; ++v) sums.at[r][v] = hn::Zero(Tag());
  }
  if constexpr (kPanel) {
    add_products_of_panel<kRows>(sums, job);
  } else {
    add_products_of_rows<kRows>(sums, job);
  }
  if (job.cols == kTileCols) {
    finish_tile<kRows>(sums, job.addends, job.addend_count, job.out, job.out_stride);
  } else {
    alignas(64) float tile[kRows * kTileCols];
    finish_tile<kRows>(sums, nullptr, 0, tile, kTileCols);
    finish_edge_tile(tile, kRows, job);
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
