#include "glass/engine/kernels/simd/fma_burst.h"

#include <cstdint>

#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/fma_burst.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/gemm_tile-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

// Independent chains, as many as hide the latency.
int64_t FmaRounds(int64_t operations_at_least, float* sink) {
  constexpr int kChains = 12;
  constexpr int64_t kOperations = kChains * kLanes * 2;
  const int64_t rounds = operations_at_least / kOperations + 1;
  const Tag d;
  Vec chains[kChains];
  const Vec factor = hn::Set(d, 0.9999F);
  const Vec term = hn::Set(d, 1e-6F);
  GLASS_UNROLL
  for (Vec& chain : chains) chain = factor;
  for (int64_t i = 0; i < rounds; ++i) {
    GLASS_UNROLL
    for (Vec& chain : chains) chain = fused_add(chain, factor, term);
  }
  for (const Vec& chain : chains) *sink += hn::GetLane(chain);
  return rounds * kOperations;
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

HWY_EXPORT(FmaRounds);

int64_t simd_fma_burst(int64_t operations_at_least) {
  float sink = 0;
  const int64_t operations = HWY_DYNAMIC_DISPATCH(FmaRounds)(operations_at_least, &sink);
  volatile float keep = sink;  // else the compiler leaves the work out
  static_cast<void>(keep);
  return operations;
}

}  // namespace glass::engine

#endif
