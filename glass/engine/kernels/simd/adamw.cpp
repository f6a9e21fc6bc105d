// AdamW, one pass over parameter, gradient and state.
#include <cstdint>

#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/adamw.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/math-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

void adamw_range(const AdamWArgs& a, int64_t begin, int64_t end) {
  const Vec scale = constant(a.gradient_scale);
  const Vec beta1 = constant(a.beta1), fresh1 = constant(1.0F - a.beta1);
  const Vec beta2 = constant(a.beta2), fresh2 = constant(1.0F - a.beta2);
  const Vec correction1 = constant(a.correction1), correction2 = constant(a.correction2);
  const Vec epsilon = constant(a.epsilon);
  const Vec rate = constant(a.learning_rate), decay = constant(a.learning_rate * a.weight_decay);
  for_each_vector(end - begin, [&](int64_t offset, auto at) HWY_ATTR {
    const int64_t i = begin + offset;
    const Vec g = hn::Mul(at.load(a.gradient + i), scale);
    const Vec m = hn::MulAdd(beta1, at.load(a.m + i), hn::Mul(fresh1, g));
    const Vec v = hn::MulAdd(beta2, at.load(a.v + i), hn::Mul(hn::Mul(fresh2, g), g));
    const Vec size = hn::Add(hn::Sqrt(hn::Mul(v, correction2)), epsilon);
    const Vec step = hn::Div(hn::Mul(m, correction1), size);
    const Vec p = at.load(a.parameter + i);
    at.store(hn::NegMulAdd(rate, step, hn::NegMulAdd(decay, p, p)), a.parameter + i);
    at.store(m, a.m + i);
    at.store(v, a.v + i);
  });
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(adamw_range);

constexpr int64_t kGrain = 1024;

}  // namespace

void SimdKernels::adamw(const AdamWArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(adamw_range)(args, begin, end);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
