// The numbers of RFC 8785, appendix B, and the rules of ECMAScript around them.
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/json.h"

namespace glass {
namespace {

struct Sample {
  uint64_t bits;
  std::string_view text;
};

TEST(NumberText, SamplesOfRfc8785) {
  for (const auto& [bits, text] : {
           Sample{0x0000000000000000, "0"},
           Sample{0x8000000000000000, "0"},
           Sample{0x0000000000000001, "5e-324"},
           Sample{0x8000000000000001, "-5e-324"},
           Sample{0x7fefffffffffffff, "1.7976931348623157e+308"},
           Sample{0xffefffffffffffff, "-1.7976931348623157e+308"},
           Sample{0x4340000000000000, "9007199254740992"},
           Sample{0xc340000000000000, "-9007199254740992"},
           Sample{0x4430000000000000, "295147905179352830000"},
           Sample{0x44b52d02c7e14af5, "9.999999999999997e+22"},
           Sample{0x44b52d02c7e14af6, "1e+23"},
           Sample{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
           Sample{0x444b1ae4d6e2ef4e, "999999999999999700000"},
           Sample{0x444b1ae4d6e2ef4f, "999999999999999900000"},
           Sample{0x444b1ae4d6e2ef50, "1e+21"},
           Sample{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
           Sample{0x3eb0c6f7a0b5ed8d, "0.000001"},
           Sample{0x41b3de4355555553, "333333333.3333332"},
           Sample{0x41b3de4355555554, "333333333.33333325"},
           Sample{0x41b3de4355555555, "333333333.3333333"},
           Sample{0x41b3de4355555556, "333333333.3333334"},
           Sample{0x41b3de4355555557, "333333333.33333343"},
           Sample{0xbecbf647612f3696, "-0.0000033333333333333333"},
           Sample{0x43143ff3c1cb0959, "1424953923781206.2"},
       }) {
    const auto value = std::bit_cast<double>(bits);
    EXPECT_EQ(number_text(value), text);
    EXPECT_EQ(to_canonical(value), text);
  }
}

TEST(NumberText, ExponentsBeginWhereEcmaScriptSays) {
  EXPECT_EQ(number_text(123456789012345680000.0), "123456789012345680000");
  EXPECT_EQ(number_text(-1.5e21), "-1.5e+21");
  EXPECT_EQ(number_text(1e-6), "0.000001");
  EXPECT_EQ(number_text(1.25e-7), "1.25e-7");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(100), "100");
}

TEST(NumberTextDeathTest, RefusesWhatJsonCannotSay) {
  EXPECT_DEATH(number_text(static_cast<double>(NAN)), "check failed");
  EXPECT_DEATH(to_canonical(HUGE_VAL), "check failed");
}

RC_GTEST_PROP(NumberText, IsTheShortestThatReadsBack, (uint64_t bits)) {
  const auto value = std::bit_cast<double>(bits);
  RC_PRE(std::isfinite(value));
  const std::string text = number_text(value);
  double back = 0;
  std::from_chars(text.data(), text.data() + text.size(), back);
  RC_ASSERT(back == value);
  RC_ASSERT(parse_json(text).value() == Json(value));
}

TEST(JsonNumber, EqualNumbersAreEqualValues) {
  for (const std::string_view text : {"1", "1.0", "10e-1", "0.1e1", "1.0E+0"}) {
    EXPECT_EQ(parse_json(text).value(), Json(1)) << text;
  }
  EXPECT_EQ(parse_json("-0").value(), Json(0));
  EXPECT_EQ(parse_json("-0.0").value(), Json(0));
  EXPECT_EQ(Json(2.0), Json(2));
}

TEST(JsonNumber, IntegersEndWhereDoublesSkip) {
  EXPECT_EQ(*parse_json("9007199254740991").value().if_int(), Json::kIntMax);
  EXPECT_EQ(*parse_json("-9007199254740991").value().if_int(), -Json::kIntMax);
  const Json beyond = parse_json("9007199254740993").value();
  EXPECT_EQ(beyond.if_int(), nullptr);  // would be one less than what was written
  EXPECT_EQ(*beyond.if_double(), 9007199254740992.0);
}

TEST(JsonNumberDeathTest, IntegersThatWouldChangeAreRefused) {
  EXPECT_DEATH(Json(Json::kIntMax + 1), "check failed");
  EXPECT_DEATH(Json(UINT64_MAX), "check failed");
}

TEST(JsonNumber, RefusesWhatNoDoubleHolds) {
  EXPECT_EQ(parse_json("[1e400]").error().message,
            "line 1, column 2: the number does not fit into a double");
  EXPECT_FALSE(parse_json("-1e999"));
}

}  // namespace
}  // namespace glass
