// The updates of AdamW, Lion and SGD, and the steps of Muon: one pass over what they need.
#include <cstdint>

#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/update.cpp"
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

void lion_range(const LionArgs& a, int64_t begin, int64_t end) {
  const Vec scale = constant(a.gradient_scale);
  const Vec beta1 = constant(a.beta1), fresh1 = constant(1.0F - a.beta1);
  const Vec beta2 = constant(a.beta2), fresh2 = constant(1.0F - a.beta2);
  const Vec rate = constant(a.learning_rate), decay = constant(a.learning_rate * a.weight_decay);
  const Vec zero = hn::Zero(Tag()), one = constant(1.0F), minus_one = constant(-1.0F);
  for_each_vector(end - begin, [&](int64_t offset, auto at) HWY_ATTR {
    const int64_t i = begin + offset;
    const Vec g = hn::Mul(at.load(a.gradient + i), scale);
    const Vec m = at.load(a.m + i);
    const Vec blend = hn::MulAdd(beta1, m, hn::Mul(fresh1, g));
    const Vec negative = hn::IfThenElseZero(hn::Lt(blend, zero), minus_one);
    const Vec sign = hn::IfThenElse(hn::Gt(blend, zero), one, negative);
    const Vec p = at.load(a.parameter + i);
    at.store(hn::NegMulAdd(rate, sign, hn::NegMulAdd(decay, p, p)), a.parameter + i);
    at.store(hn::MulAdd(beta2, m, hn::Mul(fresh2, g)), a.m + i);
  });
}

void sgd_range(const SgdArgs& a, int64_t begin, int64_t end) {
  const Vec scale = constant(a.gradient_scale), momentum = constant(a.momentum);
  const Vec rate = constant(a.learning_rate), decay = constant(a.learning_rate * a.weight_decay);
  for_each_vector(end - begin, [&](int64_t offset, auto at) HWY_ATTR {
    const int64_t i = begin + offset;
    const Vec m = hn::MulAdd(momentum, at.load(a.m + i), hn::Mul(at.load(a.gradient + i), scale));
    const Vec p = at.load(a.parameter + i);
    at.store(hn::NegMulAdd(rate, m, hn::NegMulAdd(decay, p, p)), a.parameter + i);
    at.store(m, a.m + i);
  });
}

void blend_range(const BlendArgs& a, int64_t begin, int64_t end) {
  const Vec alpha = constant(a.alpha), beta = constant(a.beta);
  transform(
      end - begin, a.out + begin,
      [&](Vec x, Vec y) HWY_ATTR { return hn::MulAdd(alpha, x, hn::Mul(beta, y)); }, a.a + begin,
      a.b + begin);
}

void momentum_range(const MomentumArgs& a, int64_t begin, int64_t end) {
  const Vec scale = constant(a.gradient_scale), momentum = constant(a.momentum);
  for_each_vector(end - begin, [&](int64_t offset, auto at) HWY_ATTR {
    const int64_t i = begin + offset;
    const Vec g = hn::Mul(at.load(a.gradient + i), scale);
    const Vec m = hn::MulAdd(momentum, at.load(a.m + i), g);
    at.store(m, a.m + i);
    at.store(a.nesterov ? hn::MulAdd(momentum, m, g) : m, a.out + i);
  });
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(adamw_range);
HWY_EXPORT(lion_range);
HWY_EXPORT(sgd_range);
HWY_EXPORT(blend_range);
HWY_EXPORT(momentum_range);

constexpr int64_t kGrain = 1024;

}  // namespace

void SimdKernels::adamw(const AdamWArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(adamw_range)(args, begin, end);
  });
}

void SimdKernels::lion(const LionArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(lion_range)(args, begin, end);
  });
}

void SimdKernels::sgd(const SgdArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(sgd_range)(args, begin, end);
  });
}

void SimdKernels::blend(const BlendArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(blend_range)(args, begin, end);
  });
}

void SimdKernels::momentum(const MomentumArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(momentum_range)(args, begin, end);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
