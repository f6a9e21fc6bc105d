// The tables of micro-kernels and packing functions, one per instruction set.
#include "glass/engine/kernels/simd/gemm_target.h"

#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/gemm_target.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/gemm_pack-inl.h"
#include "glass/engine/kernels/simd/gemm_rows-inl.h"
#include "glass/engine/kernels/simd/gemm_tile-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

template <int kRows>
constexpr void fill_kernels(GemmTarget& target) {
  target.rows_of_a[kRows - 1] = multiply_tile<kRows, false>;
  target.panels_of_a[kRows - 1] = multiply_tile<kRows, true>;
  if constexpr (kRows > 1) fill_kernels<kRows - 1>(target);
}

template <class Stored, int kRows>
constexpr void fill_rows(GemmTarget::Stored& stored) {
  stored.rows[kRows - 1] = multiply_rows<Stored, kRows, kPanelsOfRows[kRows - 1]>;
  stored.rows_alone[kRows - 1] = multiply_rows<Stored, kRows, 1>;
  if constexpr (kRows > 1) fill_rows<Stored, kRows - 1>(stored);
}

template <class Stored>
constexpr void fill_stored(GemmTarget& target, WeightFormat format) {
  GemmTarget::Stored& stored = target.stored[static_cast<size_t>(format)];
  fill_rows<Stored, kMaxFewRows>(stored);
  stored.expand = expand_panel<Stored>;
}

constexpr GemmTarget make_target() {
  GemmTarget target{};
  target.tile_rows = kTileRows;
  target.tile_cols = kTileCols;
  fill_kernels<kTileRows>(target);
  target.pack_b[0] = pack_b<false>;
  target.pack_b[1] = pack_b<true>;
  target.pack_b_transposed[0] = pack_b_transposed<false>;
  target.pack_b_transposed[1] = pack_b_transposed<true>;
  target.pack_a_transposed = pack_a_transposed;
  fill_stored<StoredF32>(target, WeightFormat::kF32);
  fill_stored<StoredF16>(target, WeightFormat::kF16);
  fill_stored<StoredBf16>(target, WeightFormat::kBF16);
  fill_stored<StoredQ8>(target, WeightFormat::kQ8_0);
  return target;
}

constexpr GemmTarget kTarget = make_target();

const GemmTarget& target_table() {
  return kTarget;
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

HWY_EXPORT(target_table);

const GemmTarget& gemm_target() {
  return HWY_DYNAMIC_DISPATCH(target_table)();
}

}  // namespace glass::engine

#endif
