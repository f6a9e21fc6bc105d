// Rotary position embedding.
#include <cmath>
#include <cstdint>

#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/rope.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

HWY_INLINE void turn(Vec& x0, Vec& x1, Vec cosine, Vec sine, bool inverse) {
  const Vec a = x0, b = x1;
  if (inverse) {
    x0 = hn::MulAdd(a, cosine, hn::Mul(b, sine));
    x1 = hn::MulSub(b, cosine, hn::Mul(a, sine));
  } else {
    x0 = hn::MulSub(a, cosine, hn::Mul(b, sine));
    x1 = hn::MulAdd(a, sine, hn::Mul(b, cosine));
  }
}

// Pairs [pair, pair + kLanes) of one head.
HWY_INLINE void turn_pairs(const RopeArgs& r, float* x, int64_t pair, Vec cosine, Vec sine) {
  const Tag d;
  Vec x0, x1;
  if (r.interleaved) {
    hn::LoadInterleaved2(d, x + 2 * pair, x0, x1);
    turn(x0, x1, cosine, sine, r.inverse);
    hn::StoreInterleaved2(x0, x1, d, x + 2 * pair);
  } else {
    float* second = x + pair + r.rotary_dim / 2;
    x0 = hn::LoadU(d, x + pair);
    x1 = hn::LoadU(d, second);
    turn(x0, x1, cosine, sine, r.inverse);
    hn::StoreU(x0, d, x + pair);
    hn::StoreU(x1, d, second);
  }
}

HWY_INLINE void turn_pair(const RopeArgs& r, float* x, int64_t pair, float cosine, float sine) {
  float& x0 = r.interleaved ? x[2 * pair] : x[pair];
  float& x1 = r.interleaved ? x[2 * pair + 1] : x[pair + r.rotary_dim / 2];
  const float a = x0, b = x1;
  if (r.inverse) sine = -sine;  // exact, and so are the products with it
  x0 = std::fma(a, cosine, -(b * sine));
  x1 = r.inverse ? std::fma(b, cosine, a * sine) : std::fma(a, sine, b * cosine);
}

void rope_rows(const RopeArgs& r, int64_t begin, int64_t end) {
  const int64_t pairs = r.rotary_dim / 2;
  for (int64_t i = begin; i < end; ++i) {
    const float* angles = r.table + int64_t{r.position_N[i]} * pairs * 2;
    float* row = r.x + i * r.stride;
    int64_t pair = 0;
    for (; pair + kLanes <= pairs; pair += kLanes) {
      Vec cosine, sine;
      hn::LoadInterleaved2(Tag(), angles + 2 * pair, cosine, sine);
      for (int64_t head = 0; head < r.heads; ++head)
        turn_pairs(r, row + head * r.head_dim, pair, cosine, sine);
    }
    for (; pair < pairs; ++pair) {
      for (int64_t head = 0; head < r.heads; ++head)
        turn_pair(r, row + head * r.head_dim, pair, angles[2 * pair], angles[2 * pair + 1]);
    }
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {
HWY_EXPORT(rope_rows);
}  // namespace

void SimdKernels::rope(const RopeArgs& args, Parallel& parallel) const {
  parallel.split(args.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(rope_rows)(args, begin, end);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
