#include "glass/institution/safety/compute.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/safety/level.h"

namespace glass::institution {
namespace {

std::string text_again(const std::string& text) {
  const auto flops = parse_flops(text);
  return flops ? flops_text(*flops) : flops.error().message;
}

TEST(Level, IsItsWord) {
  for (const Level level : kLevels) EXPECT_EQ(parse_level(to_text(level)).value(), level);
  EXPECT_EQ(to_text(Level::kSl3), "SL-3");
  EXPECT_EQ(level_number(Level::kSl4), 4);
  EXPECT_EQ(next_level(Level::kSl2), Level::kSl3);
  EXPECT_EQ(next_level(Level::kSl4), Level::kSl4);
  EXPECT_NE(parse_level("SL-5").error().message.find("the levels are SL-1"), std::string::npos);
}

TEST(Flops, AreReadExactly) {
  EXPECT_TRUE(parse_flops("1e23").value() == ten_to(23));
  EXPECT_TRUE(parse_flops("3.5e24").value() == 35 * ten_to(23));
  EXPECT_TRUE(parse_flops("9.99e22").value() == 999 * ten_to(20));
  EXPECT_TRUE(parse_flops("0").value() == 0);
  EXPECT_TRUE(parse_flops("3333333333333333333333333").value() == ten_to(25) / 3);
  EXPECT_TRUE(parse_flops("3.333333333333333333333334e24").value() == ten_to(25) / 3 + 1);
  EXPECT_TRUE(parse_flops("1.50e1").value() == 15);
  EXPECT_TRUE(parse_flops("340282366920938463463374607431768211455").value() == kLargestFlops);
}

TEST(Flops, HaveOneText) {
  EXPECT_EQ(text_again("100000000000000000000000"), "1e23");
  EXPECT_EQ(text_again("35e23"), "3.5e24");
  EXPECT_EQ(text_again("0.5e24"), "5e23");
  EXPECT_EQ(text_again("100"), "100");
  EXPECT_EQ(text_again("1000"), "1e3");
  EXPECT_EQ(text_again("0e99"), "0");
  EXPECT_EQ(text_again("0.00"), "0");
  EXPECT_EQ(text_again("3333333333333333333333334"), "3333333333333333333333334");
}

TEST(Flops, OfAnotherFormAreRefused) {
  for (const char* text : {"", "e23", "1e", "1e-3", "+1", "-1", " 1", "1 ", "1E23", "01", ".5e3",
                           "1.e3", "1e023", "1e100", "1,000", "0x10", "1e2e3", "1.2.3", "nan"}) {
    const auto read = parse_flops(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find("write it as digits"), std::string::npos) << text;
  }
}

TEST(Flops, ThatAreNotWholeOrTooLargeAreRefused) {
  for (const char* text : {"1.5", "3.55e1", "0.1", "1.234e2"})
    EXPECT_NE(text_again(text).find("is not a whole number"), std::string::npos) << text;
  for (const char* text : {"340282366920938463463374607431768211456", "1e39", "3.5e38", "9e99"})
    EXPECT_NE(text_again(text).find("more FLOP than can be counted"), std::string::npos) << text;
}

TEST(Flops, AnyNumberIsItsText) {
  EXPECT_TRUE(rc::check("a number is read from its own text", [] {
    const Flops high = *rc::gen::arbitrary<uint64_t>(), low = *rc::gen::arbitrary<uint64_t>();
    const int zeros = *rc::gen::inRange(0, 19);
    const Flops any = *rc::gen::arbitrary<bool>() ? (high << 64) + low : low * ten_to(zeros);
    const bool is_same = parse_flops(flops_text(any)).value() == any;
    RC_ASSERT(is_same);
  }));
}

TEST(Flops, OfOwnBaseAndSyntheticDataAreAddedUp) {
  EXPECT_EQ(flops_text(cumulative_compute(2 * ten_to(24), 15 * ten_to(23), 0).value()), "3.5e24");
  EXPECT_EQ(flops_text(cumulative_compute(1, 2, 3).value()), "6");
  EXPECT_TRUE(cumulative_compute(kLargestFlops - 3, 1, 2).value() == kLargestFlops);
  for (const auto& sum :
       {cumulative_compute(kLargestFlops - 3, 1, 3), cumulative_compute(1, kLargestFlops, 0),
        cumulative_compute(kLargestFlops, kLargestFlops, kLargestFlops)}) {
    ASSERT_FALSE(sum);
    EXPECT_NE(sum.error().message.find("together more than can be counted"), std::string::npos);
  }
}

}  // namespace
}  // namespace glass::institution
