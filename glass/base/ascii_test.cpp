#include "glass/base/ascii.h"

#include <gtest/gtest.h>

namespace glass {
namespace {

TEST(Ascii, KnowsLettersAndDigitsOfAsciiAlone) {
  for (int code = 0; code < 256; ++code) {
    const char c = static_cast<char>(code);
    EXPECT_EQ(is_digit(c), code >= 48 && code <= 57) << code;
    EXPECT_EQ(is_letter(c), (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) << code;
  }
}

TEST(Ascii, ChangesTheCaseOfAsciiLettersAlone) {
  EXPECT_EQ(to_lower("Straße ÄÖÜ GPL-2+ [@`{"), "straße ÄÖÜ gpl-2+ [@`{");
  EXPECT_EQ(to_upper("straße äöü gpl-2+ [@`{"), "STRAßE äöü GPL-2+ [@`{");
}

TEST(Ascii, ADecimalNumberIsDigitsAndNothingElse) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("0042"), 42U);
  EXPECT_EQ(parse_decimal("18446744073709551615"), UINT64_MAX);
  for (const char* wrong : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616"})
    EXPECT_EQ(parse_decimal(wrong), std::nullopt) << wrong;
}

TEST(Ascii, ACountHasOneForm) {
  EXPECT_EQ(parse_count("0"), 0);
  EXPECT_EQ(parse_count("9223372036854775807"), INT64_MAX);
  for (const std::string_view text : {"", "00", "01", "-1", "+1", " 1", "9223372036854775808"})
    EXPECT_EQ(parse_count(text), std::nullopt) << text;
}

}  // namespace
}  // namespace glass
