// What each format leaves of a weight.
#include "glass/engine/kernels/weight_format.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/half.h"
#include "glass/engine/kernels/kernels_test_kit.h"

namespace glass::engine {
namespace {

using testing::Floats;
using testing::random_floats;

TEST(WeightFormat, NamesAreFoundAgain) {
  for (const WeightFormat format : kWeightFormats) EXPECT_EQ(weight_format(name(format)), format);
  EXPECT_FALSE(weight_format("q4_0"));
  EXPECT_EQ(numerics_class(WeightFormat::kQ8_0), "portable-1-q8_0w");
}

TEST(WeightFormat, ABlockIsWithinHalfAScaleAndReachesItsLargestInteger) {
  for (const float size : {1.0F, 3e-4F, 1e-6F, 100.0F}) {
    for (const int64_t count : {1, 31, 32}) {
      const Floats weights = random_floats(1, count, size);
      std::vector<int8_t> integers(static_cast<size_t>(count));
      const auto block = weights.span().first(static_cast<size_t>(count));
      const float scale = float_from_half(quantize_block(block, integers.data()));
      float largest = 0;
      for (size_t i = 0; i < integers.size(); ++i) {
        largest = std::max(largest, std::abs(block[i]));
        EXPECT_GE(integers[i], -127);
        // Half a scale, and the rounding of the quotient.
        EXPECT_LE(std::abs(static_cast<float>(integers[i]) * scale - block[i]), scale * 0.50001F);
      }
      EXPECT_GE(scale * 127.0F, largest);
      EXPECT_LE(scale, largest / 127.0F * 1.001F + 0x1p-24F);  // the next binary16
    }
  }
}

// So what a GGUF file holds, whose blocks reach 127, is stored as it is, whatever the scale.
TEST(WeightFormat, WhatIsAlreadyRoundedStays) {
  for (const uint16_t scale : std::vector<uint16_t>{0x0001, 0x0123, 0x0400, 0x2345, 0x7bff}) {
    std::vector<float> block;
    for (int i = 0; i < 32; ++i)
      block.push_back(static_cast<float>(i == 7 ? -127 : i * 8 - 124) * float_from_half(scale));
    std::vector<float> again(block.size());
    round_row(WeightFormat::kQ8_0, block, again.data());
    EXPECT_EQ(again, block) << scale;
  }
  const Floats weights = random_floats(2, 1000);
  std::vector<float> once(1000), twice(1000);
  round_row(WeightFormat::kF16, weights.span(), once.data());
  round_row(WeightFormat::kF16, once, twice.data());
  EXPECT_EQ(once, twice);
}

TEST(WeightFormat, NothingIsZeroAndZeroIsNothing) {
  const std::vector<float> zeros(40, 0.0F);
  std::vector<float> out(40, 1.0F);
  for (const WeightFormat format : kWeightFormats) {
    round_row(format, zeros, out.data());
    EXPECT_EQ(out, zeros) << name(format);
  }
}

TEST(WeightFormat, WhatDoesNotFitIsTold) {
  const auto fits_one = [](WeightFormat format, float weight) {
    return fits(format, std::vector<float>{0.5F, weight});
  };
  EXPECT_TRUE(fits_one(WeightFormat::kF16, -65519.0F));
  EXPECT_FALSE(fits_one(WeightFormat::kF16, -65520.0F));
  EXPECT_TRUE(fits_one(WeightFormat::kQ8_0, 127.0F * 65504.0F));
  EXPECT_FALSE(fits_one(WeightFormat::kQ8_0, 127.1F * 65504.0F));
  EXPECT_FALSE(fits_one(WeightFormat::kQ8_0, std::nanf("")));
  EXPECT_FALSE(fits_one(WeightFormat::kF16, std::numeric_limits<float>::infinity()));
  EXPECT_TRUE(fits_one(WeightFormat::kF32, 1e30F));
}

}  // namespace
}  // namespace glass::engine
