// The vector functions of math-inl.h give the bits of math.h, on every target of this machine.
#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/math_twins_test.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/math-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

void exp_of(const float* x, float* y) {
  hn::StoreU(exp(hn::LoadU(Tag(), x)), Tag(), y);
}

void log_of(const float* x, float* y) {
  hn::StoreU(log(hn::LoadU(Tag(), x)), Tag(), y);
}

void tanh_of(const float* x, float* y) {
  hn::StoreU(tanh(hn::LoadU(Tag(), x)), Tag(), y);
}

void erf_of(const float* x, float* y) {
  hn::StoreU(erf(hn::LoadU(Tag(), x)), Tag(), y);
}

int lane_count() {
  return kLanes;
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace glass::engine {
namespace {

HWY_EXPORT(exp_of);
HWY_EXPORT(log_of);
HWY_EXPORT(tanh_of);
HWY_EXPORT(erf_of);
HWY_EXPORT(lane_count);

using Scalar = float (*)(float);

constexpr uint32_t kSign = 0x80000000;
constexpr uint32_t kInfinity = 0x7f800000;

// Walks over floats of both signs (or the positive ones), zero, denormals and huge ones included,
// one in 997, and counts those where the twin differs.
template <typename Twin>
int64_t differences(const Twin& twin, Scalar scalar, bool negative_too) {
  int64_t count = 0;
  std::array<float, 16> x{}, y{};
  const int lanes = HWY_DYNAMIC_DISPATCH(lane_count)();
  int filled = 0;
  const auto flush = [&] {
    twin(x.data(), y.data());
    for (size_t i = 0; i < static_cast<size_t>(filled); ++i)
      count += std::bit_cast<uint32_t>(y.at(i)) != std::bit_cast<uint32_t>(scalar(x.at(i)));
    filled = 0;
  };
  const auto visit = [&](uint32_t bits) {
    x.at(static_cast<size_t>(filled++)) = std::bit_cast<float>(bits);
    if (filled == lanes) flush();
  };
  for (uint32_t bits = negative_too ? 0 : 1; bits < kInfinity; bits += 997) {
    visit(bits);
    if (negative_too) visit(bits | kSign);
  }
  flush();
  return count;
}

TEST(MathTwins, EveryLaneHasTheBitsOfTheScalarFunction) {
  const auto exp_twin = [](const float* x, float* y) { HWY_DYNAMIC_DISPATCH(exp_of)(x, y); };
  const auto log_twin = [](const float* x, float* y) { HWY_DYNAMIC_DISPATCH(log_of)(x, y); };
  const auto tanh_twin = [](const float* x, float* y) { HWY_DYNAMIC_DISPATCH(tanh_of)(x, y); };
  const auto erf_twin = [](const float* x, float* y) { HWY_DYNAMIC_DISPATCH(erf_of)(x, y); };
  EXPECT_EQ(differences(exp_twin, &exp, true), 0);
  EXPECT_EQ(differences(log_twin, &log, false), 0);
  EXPECT_EQ(differences(tanh_twin, &tanh, true), 0);
  EXPECT_EQ(differences(erf_twin, &erf, true), 0);
}

TEST(MathTwins, ExpOfMinusInfinityIsZero) {
  std::array<float, 16> x{}, y{};
  x.fill(-std::numeric_limits<float>::infinity());
  HWY_DYNAMIC_DISPATCH(exp_of)(x.data(), y.data());
  EXPECT_EQ(std::bit_cast<uint32_t>(y[0]), 0U);
}

}  // namespace
}  // namespace glass::engine

#endif  // HWY_ONCE
