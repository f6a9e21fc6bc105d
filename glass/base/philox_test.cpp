#include "glass/base/philox.h"

#include <array>
#include <cstdint>
#include <limits>
#include <set>

#include <gtest/gtest.h>

namespace glass {
namespace {

// kat_vectors of Random123 1.14: philox4x32 with 10 rounds.
TEST(Philox, KnownAnswersOfRandom123) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}),
            (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomBlock, LaysOutCounterAndKeyAsTheHeaderSays) {
  const uint32_t use = 3 * 0x9E3779B9U;
  EXPECT_EQ(
      random_block(0x1111111122222222, Purpose::kSampling, 0x3333333344444444, 0x5555555566666666),
      philox({0x66666666, 0x55555555, 0x44444444, 0x33333333}, {0x22222222U ^ use, 0x11111111}));
}

TEST(RandomBlock, EveryInputMatters) {
  const std::set<PhiloxBlock> blocks = {
      random_block(1, Purpose::kSampling, 2, 3), random_block(2, Purpose::kSampling, 2, 3),
      random_block(1, Purpose::kHeldOut, 2, 3), random_block(1, Purpose::kSampling, 3, 3),
      random_block(1, Purpose::kSampling, 2, 4)};
  EXPECT_EQ(blocks.size(), 5U);
}

TEST(RandomBelow, IsTheUpperHalfOfTheProduct) {
  for (const uint64_t bound : {uint64_t{1}, uint64_t{10}, uint64_t{1} << 32, uint64_t{1} << 63,
                               std::numeric_limits<uint64_t>::max()}) {
    for (uint64_t i = 0; i < 100; ++i) {
      const PhiloxBlock block = random_block(7, Purpose::kDocumentOrder, 5, i);
      const uint64_t bits = uint64_t{block[1]} << 32 | block[0];
      __extension__ using Wide = unsigned __int128;
      const auto expected = static_cast<uint64_t>(Wide{bits} * bound >> 64);
      EXPECT_EQ(random_below(7, Purpose::kDocumentOrder, 5, i, bound), expected);
    }
  }
}

TEST(RandomBelow, FillsItsRangeEvenly) {
  std::array<int, 10> counts{};
  for (uint64_t i = 0; i < 10000; ++i) ++counts.at(random_below(1, Purpose::kHeldOut, 0, i, 10));
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);  // 5 standard deviations
}

TEST(RandomUnit, IsBelowOneAndAverageIsAHalf) {
  double sum = 0;
  for (uint64_t i = 0; i < 10000; ++i) {
    const float unit = random_unit(1, Purpose::kSampling, 9, i);
    ASSERT_GE(unit, 0.0F);
    ASSERT_LT(unit, 1.0F);
    sum += static_cast<double>(unit);
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.015);
}

}  // namespace
}  // namespace glass
