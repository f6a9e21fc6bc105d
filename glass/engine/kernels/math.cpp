#include "glass/engine/kernels/math.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "glass/engine/kernels/math_constants.h"

namespace glass::engine {
namespace {

using namespace constants;  // NOLINT(google-build-using-namespace): this file is about them

template <typename T, size_t N>
T horner(const std::array<T, N>& coefficients, T x) {
  T sum = coefficients[0];
  for (size_t i = 1; i < N; ++i) sum = std::fma(sum, x, coefficients[i]);
  return sum;
}

// 2^n for the exponents that need no denormal.
float power_of_two(int32_t n) {
  return std::bit_cast<float>((n + 127) << 23);
}

double power_of_two_double(int64_t n) {
  return std::bit_cast<double>((n + 1023) << 52);
}

// The angle x - quarter * pi/2, |angle| <= pi/4 and a little.
struct Quadrant {
  float angle;
  int32_t quarter;
};

Quadrant reduce(float x) {
  const float n = std::fma(x, kTwoOverPi, kRound) - kRound;
  float angle = x;
  for (const float part : kHalfPi) angle = std::fma(n, -part, angle);
  return {.angle = angle, .quarter = static_cast<int32_t>(n)};
}

float sin_or_cos(Quadrant at) {
  const float square = at.angle * at.angle;
  float value = 0;
  if ((at.quarter & 1) == 0) {
    value = std::fma(square * horner(kSin, square), at.angle, at.angle);
  } else {
    value = std::fma(square * square, horner(kCos, square), std::fma(square, -0.5F, 1.0F));
  }
  return (at.quarter & 2) == 0 ? value : -value;
}

// 1/13! ... 1/1!, 1/0!: each a correctly rounded quotient, as the factorials are exact.
constexpr std::array<double, 14> exp_coefficients() {
  std::array<double, 14> result{};
  double factorial = 1;  // exact up to 18!
  for (int i = 0; i < 14; ++i) {
    if (i > 0) factorial *= i;
    result[static_cast<size_t>(13 - i)] = 1.0 / factorial;
  }
  return result;
}

double sin_or_cos(double x, int64_t quarters_ahead) {
  const double n = std::fma(x, kTwoOverPiDouble, kRoundDouble) - kRoundDouble;
  double angle = x;
  for (const double part : kHalfPiDouble) angle = std::fma(n, -part, angle);
  const double square = angle * angle;
  const int64_t quarter = static_cast<int64_t>(n) + quarters_ahead;
  double value = 0;
  if ((quarter & 1) == 0) {
    value = std::fma(square * horner(kSinDouble, square), angle, angle);
  } else {
    value = std::fma(square, horner(kCosDouble, square), 1.0);
  }
  return (quarter & 2) == 0 ? value : -value;
}

}  // namespace

// NaN passes both comparisons by and stays; its exponent, read from bits, is harmless.
float exp(float x) {
  float clamped = x < kExpMin ? kExpMin : x;
  clamped = clamped > kExpMax ? kExpMax : clamped;
  const float rounded = std::fma(clamped, kLog2E, kRound);
  const float n = rounded - kRound;
  float r = std::fma(n, -kLn2Hi, clamped);
  r = std::fma(n, -kLn2Lo, r);
  const int32_t exponent = std::bit_cast<int32_t>(rounded) - std::bit_cast<int32_t>(kRound);
  const int32_t half = exponent >> 1;
  return (horner(kExp, r) * power_of_two(half)) * power_of_two(exponent - half);
}

float log(float x) {
  const bool denormal = x < kSmallestNormal;
  const float scaled = denormal ? x * kLogScale : x;
  const auto bits = std::bit_cast<uint32_t>(scaled);
  const auto offset = static_cast<int32_t>(bits - uint32_t{kSqrtHalfBits});
  const int32_t exponent = (offset >> 23) - (denormal ? kLogScaleExponent : 0);
  const float f = std::bit_cast<float>((offset & kMantissaMask) + kSqrtHalfBits) - 1.0F;
  const auto e = static_cast<float>(exponent);
  const float near = std::fma(f * f, horner(kLog, f), f);
  const float value = std::fma(e, kLn2Hi, std::fma(e, kLn2Lo, near));
  return value + (x - x);  // + 0; where x is not finite, NaN, which the bits above do not show
}

float tanh(float x) {
  const float a = std::fabs(x);
  const float square = a * a;
  const float small = std::fma(square * horner(kTanh, square), a, a);
  const float capped = a > kTanhMax ? kTanhMax : a;
  const float large = 1.0F - 2.0F / (exp(capped + capped) + 1.0F);
  return std::copysign(a < kTanhSmall ? small : large, x);
}

float erf(float x) {
  const float a = std::fabs(x);
  const float square = a * a;
  const float small = std::fma(a, horner(kErf, square), a);
  const float capped = a > kErfMax ? kErfMax : a;
  const float large = 1.0F - exp(-(capped * horner(kErfLarge, capped)));
  return std::copysign(a < kErfSmall ? small : large, x);
}

float sin(float x) {
  return sin_or_cos(reduce(x));
}

float cos(float x) {
  Quadrant at = reduce(x);
  ++at.quarter;
  return sin_or_cos(at);
}

double exp(double x) {
  const double n = std::fma(x, kLog2EDouble, kRoundDouble) - kRoundDouble;
  double r = std::fma(n, -kLn2HiDouble, x);
  r = std::fma(n, -kLn2LoDouble, r);
  static constexpr auto kSeries = exp_coefficients();
  const auto exponent = static_cast<int64_t>(n);
  const int64_t half = exponent >> 1;
  return (horner(kSeries, r) * power_of_two_double(half)) * power_of_two_double(exponent - half);
}

double sin(double x) {
  return sin_or_cos(x, 0);
}

double cos(double x) {
  return sin_or_cos(x, 1);
}

double log(double x) {
  const int64_t offset = std::bit_cast<int64_t>(x) - kSqrtHalfBitsDouble;
  const auto e = static_cast<double>(offset >> 52);
  const double f =
      std::bit_cast<double>((offset & kMantissaMaskDouble) + kSqrtHalfBitsDouble) - 1.0;
  const double s = f / (2.0 + f);  // log(1 + f) = 2 artanh(s)
  const double square = s * s;
  const double near = 2.0 * std::fma(square * horner(kLogDouble, square), s, s);
  return std::fma(e, kLn2HiDouble, std::fma(e, kLn2LoDouble, near));
}

}  // namespace glass::engine
