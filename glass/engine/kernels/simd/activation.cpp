// SwiGLU, GELU, GeGLU and the soft cap, element by element.
#include <cstdint>

#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/activation.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/math-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

HWY_INLINE Vec sigmoid(Vec x) {
  const Vec one = constant(1.0F);
  return hn::Div(one, hn::Add(one, exp(hn::Neg(x))));
}

void swiglu_rows(const SwigluArgs& s, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const float* gate = s.gate_up_N2F + i * 2 * s.cols;
    transform(
        s.cols, s.h_NF + i * s.cols,
        [](Vec g, Vec up) HWY_ATTR { return hn::Mul(hn::Mul(g, sigmoid(g)), up); }, gate,
        gate + s.cols);
  }
}

void swiglu_backward_rows(const SwigluBackwardArgs& s, int64_t begin, int64_t end) {
  const Vec one = constant(1.0F);
  for (int64_t i = begin; i < end; ++i) {
    const float* gate = s.gate_up_N2F + i * 2 * s.cols;
    float* dgate = s.dgate_up_N2F + i * 2 * s.cols;
    const float* dh_row = s.dh_NF + i * s.cols;
    for_each_vector(s.cols, [&](int64_t c, auto at) HWY_ATTR {
      const Vec g = at.load(gate + c);
      const Vec up = at.load(gate + s.cols + c);
      const Vec dh = at.load(dh_row + c);
      const Vec sig = sigmoid(g);
      const Vec slope = hn::Mul(sig, hn::MulAdd(g, hn::Sub(one, sig), one));
      at.store(hn::Mul(hn::Mul(dh, up), slope), dgate + c);
      at.store(hn::Mul(dh, hn::Mul(g, sig)), dgate + s.cols + c);
    });
  }
}

HWY_INLINE Vec gelu_tanh_argument(Vec x, Vec square) {
  using namespace constants;  // NOLINT(google-build-using-namespace): named after their formulas
  return hn::Mul(hn::Mul(constant(kGeluTanhScale), x),
                 hn::MulAdd(constant(kGeluTanhCubic), square, constant(1.0F)));
}

HWY_INLINE Vec gelu_tanh(Vec x) {
  const Vec t = tanh(gelu_tanh_argument(x, hn::Mul(x, x)));
  return hn::Mul(hn::Mul(constant(0.5F), x), hn::Add(constant(1.0F), t));
}

struct ValueAndSlope {
  Vec value, slope;
};

HWY_INLINE ValueAndSlope gelu_tanh_and_slope(Vec x) {
  using namespace constants;  // NOLINT(google-build-using-namespace): named after their formulas
  const Vec one = constant(1.0F), half = constant(0.5F);
  const Vec square = hn::Mul(x, x);
  const Vec t = tanh(gelu_tanh_argument(x, square));
  const Vec d = hn::NegMulAdd(t, t, one);
  const Vec du =
      hn::Mul(constant(kGeluTanhScale), hn::MulAdd(constant(kGeluTanhSlope), square, one));
  const Vec half_x = hn::Mul(half, x), grown = hn::Add(one, t);
  return {hn::Mul(half_x, grown), hn::MulAdd(half_x, hn::Mul(d, du), hn::Mul(half, grown))};
}

void geglu_rows(const GegluArgs& g, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const float* gate = g.gate_up_N2F + i * 2 * g.cols;
    transform(
        g.cols, g.h_NF + i * g.cols,
        [](Vec x, Vec up) HWY_ATTR { return hn::Mul(gelu_tanh(x), up); }, gate, gate + g.cols);
  }
}

void geglu_backward_rows(const GegluBackwardArgs& g, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const float* gate = g.gate_up_N2F + i * 2 * g.cols;
    float* dgate = g.dgate_up_N2F + i * 2 * g.cols;
    const float* dh_row = g.dh_NF + i * g.cols;
    for_each_vector(g.cols, [&](int64_t c, auto at) HWY_ATTR {
      const ValueAndSlope gelu = gelu_tanh_and_slope(at.load(gate + c));
      const Vec up = at.load(gate + g.cols + c);
      const Vec dh = at.load(dh_row + c);
      at.store(hn::Mul(hn::Mul(dh, up), gelu.slope), dgate + c);
      at.store(hn::Mul(dh, gelu.value), dgate + g.cols + c);
    });
  }
}

void softcap_range(const SoftcapArgs& s, int64_t begin, int64_t end) {
  const Vec cap = constant(s.cap);
  transform(
      end - begin, s.y + begin, [&](Vec x) HWY_ATTR { return capped(x, cap); }, s.x + begin);
}

HWY_INLINE Vec gelu_erf(Vec x) {
  const Vec e = erf(hn::Mul(x, constant(constants::kSqrtHalf)));
  return hn::Mul(hn::Mul(constant(0.5F), x), hn::Add(constant(1.0F), e));
}

HWY_INLINE Vec gelu_erf_slope(Vec x) {
  using namespace constants;  // NOLINT(google-build-using-namespace): named after their formulas
  const Vec e = erf(hn::Mul(x, constant(kSqrtHalf)));
  const Vec density = hn::Mul(exp(hn::Mul(constant(-0.5F), hn::Mul(x, x))), constant(kInvSqrt2Pi));
  return hn::MulAdd(x, density, hn::Mul(constant(0.5F), hn::Add(constant(1.0F), e)));
}

void gelu_range(const GeluArgs& g, int64_t begin, int64_t end) {
  const float* x = g.x + begin;
  float* y = g.y + begin;
  if (g.kind == Gelu::kTanh) {
    transform(
        end - begin, y, [](Vec v) HWY_ATTR { return gelu_tanh(v); }, x);
  } else {
    transform(
        end - begin, y, [](Vec v) HWY_ATTR { return gelu_erf(v); }, x);
  }
}

void gelu_backward_range(const GeluBackwardArgs& g, int64_t begin, int64_t end) {
  const float* x = g.x + begin;
  const float* dy = g.dy + begin;
  float* dx = g.dx + begin;
  const int64_t count = end - begin;
  if (g.kind == Gelu::kTanh) {
    transform(
        count, dx, [](Vec v, Vec d) HWY_ATTR { return hn::Mul(d, gelu_tanh_and_slope(v).slope); },
        x, dy);
  } else {
    transform(
        count, dx, [](Vec v, Vec d) HWY_ATTR { return hn::Mul(d, gelu_erf_slope(v)); }, x, dy);
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(swiglu_rows);
HWY_EXPORT(swiglu_backward_rows);
HWY_EXPORT(geglu_rows);
HWY_EXPORT(geglu_backward_rows);
HWY_EXPORT(softcap_range);
HWY_EXPORT(gelu_range);
HWY_EXPORT(gelu_backward_range);

constexpr int64_t kGrain = 1024;

}  // namespace

void SimdKernels::swiglu(const SwigluArgs& args, Parallel& parallel) const {
  parallel.split(args.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(swiglu_rows)(args, begin, end);
  });
}

void SimdKernels::swiglu_backward(const SwigluBackwardArgs& args, Parallel& parallel) const {
  parallel.split(args.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(swiglu_backward_rows)(args, begin, end);
  });
}

void SimdKernels::geglu(const GegluArgs& args, Parallel& parallel) const {
  parallel.split(args.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(geglu_rows)(args, begin, end);
  });
}

void SimdKernels::geglu_backward(const GegluBackwardArgs& args, Parallel& parallel) const {
  parallel.split(args.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(geglu_backward_rows)(args, begin, end);
  });
}

void SimdKernels::softcap(const SoftcapArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(softcap_range)(args, begin, end);
  });
}

void SimdKernels::gelu(const GeluArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(gelu_range)(args, begin, end);
  });
}

void SimdKernels::gelu_backward(const GeluBackwardArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(gelu_backward_range)(args, begin, end);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
