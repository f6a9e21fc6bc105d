#include "glass/base/half.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace glass {
namespace {

// By the definition, in double: (-1)^s 2^(e-15) 1.f, or 2^-14 0.f.
double half_by_definition(uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1F;
  const double fraction = (bits & 0x3FF) / 1024.0;
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

TEST(Half, EveryNumberIsThatOfTheDefinition) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float value = float_from_half(half);
    if (((bits >> 10) & 0x1F) == 0x1F) {
      EXPECT_EQ(std::isinf(value), (bits & 0x3FF) == 0) << bits;
      EXPECT_EQ(std::isnan(value), (bits & 0x3FF) != 0) << bits;
      EXPECT_EQ(std::signbit(value), (bits & 0x8000) != 0) << bits;
      continue;
    }
    EXPECT_EQ(static_cast<double>(value), half_by_definition(half)) << bits;
    EXPECT_EQ(half_from_float(value), half);
    EXPECT_EQ(std::signbit(value), (bits & 0x8000) != 0) << bits;
  }
}

TEST(Half, FloatsBetweenTwoHalvesGoToTheNearestAndTiesToTheEvenOne) {
  for (uint32_t half = 0; half < 0x7bff; ++half) {
    const auto middle = static_cast<float>((half_by_definition(static_cast<uint16_t>(half)) +
                                            half_by_definition(static_cast<uint16_t>(half + 1))) /
                                           2);
    const uint32_t even = half + (half & 1);
    ASSERT_EQ(half_from_float(middle), even) << half;
    ASSERT_EQ(half_from_float(std::nextafter(middle, 0.0F)), half) << half;
    ASSERT_EQ(half_from_float(-std::nextafter(middle, 1e6F)), (half + 1) | 0x8000) << half;
  }
  EXPECT_EQ(half_from_float(65519.99F), 0x7bff);
  EXPECT_EQ(half_from_float(65520.0F), 0x7c00);
}

TEST(Half, WhatIsNoNumberStaysNone) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(half_from_float(-kInfinity), 0xfc00);
  EXPECT_TRUE(std::isnan(float_from_half(half_from_float(std::nanf("")))));
}

TEST(Half, ABfloat16IsTheUpperHalfOfAFloat) {
  EXPECT_EQ(float_from_bfloat16(0x3F80), 1.0F);
  EXPECT_EQ(float_from_bfloat16(0xC049), -3.140625F);
  EXPECT_EQ(float_from_bfloat16(0x0001), std::bit_cast<float>(0x00010000U));
  EXPECT_EQ(float_from_bfloat16(0xFF80), -std::numeric_limits<float>::infinity());
}

TEST(Half, FloatsBetweenTwoBfloat16GoToTheNearestAndTiesToTheEvenOne) {
  for (uint32_t upper = 0; upper < 0x7f7f; ++upper) {
    const uint32_t middle = (upper << 16) + 0x8000, sign = 0x80000000;
    ASSERT_EQ(bfloat16_from_float(std::bit_cast<float>(upper << 16)), upper);
    ASSERT_EQ(bfloat16_from_float(std::bit_cast<float>(middle)), upper + (upper & 1)) << upper;
    ASSERT_EQ(bfloat16_from_float(std::bit_cast<float>(middle - 1)), upper) << upper;
    ASSERT_EQ(bfloat16_from_float(std::bit_cast<float>((middle + 1) | sign)), (upper + 1) | 0x8000)
        << upper;
  }
  EXPECT_EQ(bfloat16_from_float(std::numeric_limits<float>::max()), 0x7f80);
  EXPECT_EQ(bfloat16_from_float(-std::numeric_limits<float>::infinity()), 0xff80);
  for (const uint32_t nan : {0x7f800001U, 0x7fffffffU, 0xffffffffU})
    EXPECT_TRUE(std::isnan(nearest_bfloat16(std::bit_cast<float>(nan)))) << nan;
}

}  // namespace
}  // namespace glass
