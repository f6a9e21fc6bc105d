// What is kept in fewer bits: bfloat16.
#include <cstdint>

#include "glass/base/half.h"
#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/storage.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/bf16-inl.h"
#include "glass/engine/kernels/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

void store_range(const StoreBf16Args& a, int64_t begin, int64_t end) {
  const Tag d;
  int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes) {
    const Vec y = nearest_bf16(d, hn::LoadU(d, a.x + i));
    if (a.stored != nullptr) store_upper_halves(d, y, a.stored + i);
    hn::StoreU(y, d, a.y + i);
  }
  for (; i < end; ++i) {
    const uint16_t bits = bfloat16_from_float(a.x[i]);
    if (a.stored != nullptr) a.stored[i] = bits;
    a.y[i] = float_from_bfloat16(bits);
  }
}

void load_range(const LoadBf16Args& a, int64_t begin, int64_t end) {
  const Tag d;
  int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes) hn::StoreU(load_upper_halves(d, a.stored + i), d, a.y + i);
  for (; i < end; ++i) a.y[i] = float_from_bfloat16(a.stored[i]);
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(store_range);
HWY_EXPORT(load_range);

constexpr int64_t kGrain = 4096;  // numbers that are worth a worker

}  // namespace

void SimdKernels::store_bf16(const StoreBf16Args& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(store_range)(args, begin, end);
  });
}

void SimdKernels::load_bf16(const LoadBf16Args& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(load_range)(args, begin, end);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
