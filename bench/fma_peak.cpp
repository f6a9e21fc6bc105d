#include "bench/fma_peak.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/fma_peak.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/gemm_tile-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::bench::HWY_NAMESPACE {

// Independent chains in registers, nothing else. Returns the operations done.
int64_t fma_loop(int64_t rounds, float* sink) {
  using namespace engine::HWY_NAMESPACE;  // NOLINT(google-build-using-namespace): its vectors
  constexpr int kChains = 12;
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
  return rounds * kChains * kLanes * 2;
}

}  // namespace glass::bench::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::bench {

HWY_EXPORT(fma_loop);

double fma_peak_gflops(Parallel& parallel) {
  constexpr int64_t kRounds = 10'000'000;
  using SteadyClock = std::chrono::steady_clock;
  const auto begin = SteadyClock::now();
  parallel.run([](int) {
    volatile float keep = 0;
    float sink = 0;
    HWY_DYNAMIC_DISPATCH(fma_loop)(kRounds, &sink);
    keep = sink;
    static_cast<void>(keep);
  });
  const std::chrono::duration<double> seconds = SteadyClock::now() - begin;
  float sink = 0;
  const int64_t operations = HWY_DYNAMIC_DISPATCH(fma_loop)(1, &sink) * kRounds;
  return static_cast<double>(operations * parallel.workers()) / seconds.count() / 1e9;
}

}  // namespace glass::bench

#endif
