#include "glass/engine/kernels/math.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace glass::engine {
namespace {

using FloatFunction = float (*)(float);
using DoubleFunction = double (*)(double);

// Distance of `y` from the true value in units in the last place of a float of that size.
double error_ulp(float y, double truth) {
  if (static_cast<float>(truth) == y) return 0.5;  // also where both are infinite
  if (!std::isfinite(y) || !std::isfinite(static_cast<float>(truth))) return 1e9;
  int exponent = 0;
  std::frexp(truth, &exponent);
  const int ulp = std::max(exponent - 24, -149);
  return std::fabs(static_cast<double>(y) - truth) * std::ldexp(1.0, -ulp);
}

// The worst error over floats from `first` to `last` (of one sign), one in `step`.
double worst_error(FloatFunction ours, DoubleFunction truth, float first, float last) {
  constexpr uint32_t kStep = 4999;  // prime, so that it meets every pattern of low bits
  double worst = 0;
  const auto end = std::bit_cast<uint32_t>(last);
  for (uint32_t bits = std::bit_cast<uint32_t>(first); bits <= end; bits += kStep) {
    const auto x = std::bit_cast<float>(bits);
    worst = std::max(worst, error_ulp(ours(x), truth(static_cast<double>(x))));
  }
  return worst;
}

constexpr float kTiny = std::numeric_limits<float>::denorm_min();
constexpr float kLargest = std::numeric_limits<float>::max();

TEST(Math, ExpIsWithinOneUlp) {
  EXPECT_LT(worst_error(&exp, &std::exp, 0.0F, 120.0F), 0.95);
  EXPECT_LT(worst_error(&exp, &std::exp, -0.0F, -120.0F), 0.95);
}

TEST(Math, ExpEnds) {
  EXPECT_EQ(exp(0.0F), 1.0F);
  EXPECT_EQ(exp(-1000.0F), 0.0F);
  EXPECT_EQ(exp(-std::numeric_limits<float>::infinity()), 0.0F);
  EXPECT_EQ(exp(-103.2F), kTiny);
  EXPECT_EQ(exp(100.0F), std::numeric_limits<float>::infinity());
}

TEST(Math, LogIsWithinOneUlpAlsoForDenormals) {
  EXPECT_LT(worst_error(&log, &std::log, kTiny, kLargest), 0.95);
  EXPECT_EQ(log(1.0F), 0.0F);
}

TEST(Math, TanhKeepsItsRelativePrecisionNearZero) {
  EXPECT_LT(worst_error(&tanh, &std::tanh, kTiny, kLargest), 1.4);
  EXPECT_EQ(tanh(-3e-20F), -3e-20F);
  EXPECT_EQ(tanh(-50.0F), -1.0F);
}

TEST(Math, ErfKeepsItsRelativePrecisionNearZero) {
  EXPECT_LT(worst_error(&erf, &std::erf, kTiny, kLargest), 1.1);
  EXPECT_EQ(erf(-0.5F), -erf(0.5F));
  EXPECT_EQ(erf(50.0F), 1.0F);
}

TEST(Math, SinAndCosAreWithinTwoUlp) {
  EXPECT_LT(worst_error(&sin, &std::sin, kTiny, 1e5F), 1.6);
  EXPECT_LT(worst_error(&cos, &std::cos, kTiny, 1e5F), 1.6);
  EXPECT_EQ(sin(-2.5F), -sin(2.5F));
  EXPECT_EQ(cos(-2.5F), cos(2.5F));
}

// long double has 11 more bits than a double, at least on the machines where it matters here.
double relative_error(double y, long double truth) {
  return static_cast<double>(std::fabs((static_cast<long double>(y) - truth) / truth));
}

TEST(Math, DoublesAreWithinAFewUnits) {
  constexpr double kBound = 4 * std::numeric_limits<double>::epsilon();
  for (double x = 1e-6; x < 700; x *= 1.0007) {
    EXPECT_LT(relative_error(exp(x), std::exp(static_cast<long double>(x))), kBound) << x;
    EXPECT_LT(relative_error(exp(-x), std::exp(-static_cast<long double>(x))), kBound) << x;
    EXPECT_LT(relative_error(log(x), std::log(static_cast<long double>(x))), kBound) << x;
  }
  for (double x = 1e-6; x < 1e6; x *= 1.0007) {
    EXPECT_LT(relative_error(sin(x), std::sin(static_cast<long double>(x))), kBound) << x;
    EXPECT_LT(relative_error(cos(-x), std::cos(static_cast<long double>(x))), kBound) << x;
  }
}

TEST(Math, DoubleEnds) {
  EXPECT_EQ(exp(0.0), 1.0);
  EXPECT_EQ(log(1.0), 0.0);
  EXPECT_EQ(sin(0.0), 0.0);
  EXPECT_EQ(cos(0.0), 1.0);
}

}  // namespace
}  // namespace glass::engine
