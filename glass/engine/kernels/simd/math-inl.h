// Vector twins of the functions of math.h: the same operations in the same order on every lane.
// Compiled once per target of targets.h; see there how to include it.

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_MATH_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_MATH_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_MATH_INL_H_
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "glass/engine/kernels/math_constants.h"
#include "glass/engine/kernels/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

using IntTag = hn::RebindToSigned<Tag>;

HWY_INLINE Vec constant(float value) {
  return hn::Set(Tag(), value);
}

template <size_t N>
HWY_INLINE Vec horner(const std::array<float, N>& coefficients, Vec x) {
  Vec sum = constant(coefficients[0]);
  GLASS_UNROLL
  for (size_t i = 1; i < N; ++i) sum = hn::MulAdd(sum, x, constant(coefficients[i]));
  return sum;
}

// NaN is handed on. x86 gives the second operand of a minimum where one is NaN, so the order does
// it; NEON's would give the number.
HWY_INLINE Vec at_most(Vec x, float most) {
#if HWY_ARCH_ARM
  return hn::IfThenElse(hn::Gt(x, constant(most)), constant(most), x);
#else
  return hn::Min(constant(most), x);
#endif
}

HWY_INLINE Vec clamp(Vec x, float least, float most) {
#if HWY_ARCH_ARM
  x = hn::IfThenElse(hn::Lt(x, constant(least)), constant(least), x);
#else
  x = hn::Max(constant(least), x);
#endif
  return at_most(x, most);
}

// math.h exp. The exponent n is read from the low bits of n + kRound: the bits of kRound are even
// and leave the word when shifted to the exponent's place, so they need not be subtracted. Adding
// 2 * 127 before halving biases both halves of n.
HWY_INLINE Vec exp(Vec x) {
  using namespace constants;  // NOLINT(google-build-using-namespace): this function is about them
  const IntTag di;
  x = clamp(x, kExpMin, kExpMax);
  const Vec rounded = hn::MulAdd(x, constant(kLog2E), constant(kRound));
  const Vec n = hn::Sub(rounded, constant(kRound));
  Vec r = hn::MulAdd(n, constant(-kLn2Hi), x);
  r = hn::MulAdd(n, constant(-kLn2Lo), r);
  const auto biased = hn::Add(hn::BitCast(di, rounded), hn::Set(di, 2 * 127));
  const auto half = hn::ShiftRight<1>(biased);
  const Vec first = hn::BitCast(Tag(), hn::ShiftLeft<23>(half));
  const Vec second = hn::BitCast(Tag(), hn::ShiftLeft<23>(hn::Sub(biased, half)));
  return hn::Mul(hn::Mul(horner(kExp, r), first), second);
}

HWY_INLINE Vec log(Vec x) {
  using namespace constants;  // NOLINT(google-build-using-namespace): this function is about them
  const IntTag di;
  const auto denormal = hn::Lt(x, constant(kSmallestNormal));
  const Vec scaled = hn::IfThenElse(denormal, hn::Mul(x, constant(kLogScale)), x);
  const auto scale_exponent =
      hn::IfThenElseZero(hn::RebindMask(di, denormal), hn::Set(di, kLogScaleExponent));
  const auto origin = hn::Set(di, kSqrtHalfBits);
  const auto offset = hn::Sub(hn::BitCast(di, scaled), origin);
  const auto exponent = hn::Sub(hn::ShiftRight<23>(offset), scale_exponent);
  const auto mantissa = hn::And(offset, hn::Set(di, kMantissaMask));
  const Vec f = hn::Sub(hn::BitCast(Tag(), hn::Add(mantissa, origin)), constant(1.0F));
  const Vec e = hn::ConvertTo(Tag(), exponent);
  const Vec near = hn::MulAdd(hn::Mul(f, f), horner(kLog, f), f);
  const Vec value = hn::MulAdd(e, constant(kLn2Hi), hn::MulAdd(e, constant(kLn2Lo), near));
  return hn::Add(value, hn::Sub(x, x));  // + 0; NaN where x is not finite
}

HWY_INLINE Vec tanh(Vec x) {
  using namespace constants;  // NOLINT(google-build-using-namespace): this function is about them
  const Vec one = constant(1.0F);
  const Vec a = hn::Abs(x);
  const Vec square = hn::Mul(a, a);
  const Vec small = hn::MulAdd(hn::Mul(square, horner(kTanh, square)), a, a);
  const Vec most = at_most(a, kTanhMax);
  const Vec grown = hn::Add(exp(hn::Add(most, most)), one);
  const Vec large = hn::Sub(one, hn::Div(constant(2.0F), grown));
  return hn::CopySignToAbs(hn::IfThenElse(hn::Lt(a, constant(kTanhSmall)), small, large), x);
}

HWY_INLINE Vec erf(Vec x) {
  using namespace constants;  // NOLINT(google-build-using-namespace): this function is about them
  const Vec a = hn::Abs(x);
  const Vec square = hn::Mul(a, a);
  const Vec small = hn::MulAdd(a, horner(kErf, square), a);
  const Vec capped = hn::Min(a, constant(kErfMax));
  const Vec decay = exp(hn::Neg(hn::Mul(capped, horner(kErfLarge, capped))));
  const Vec large = hn::Sub(constant(1.0F), decay);
  return hn::CopySignToAbs(hn::IfThenElse(hn::Lt(a, constant(kErfSmall)), small, large), x);
}

// reference/softcap.h, for a cap that is not 0.
HWY_INLINE Vec capped(Vec x, Vec cap) {
  return hn::Mul(tanh(hn::Div(x, cap)), cap);
}

HWY_INLINE Vec cap_slope(Vec value, Vec cap) {
  const Vec t = hn::Div(value, cap);
  return hn::NegMulAdd(t, t, constant(1.0F));
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
