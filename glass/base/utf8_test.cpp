#include "glass/base/utf8.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace glass {
namespace {

TEST(Utf8, EveryCodePointIsReadBack) {
  int count = 0;
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, code);
    const auto [decoded, size] = decode_utf8(text);
    ASSERT_EQ(decoded, code);
    ASSERT_EQ(size, text.size());
    ++count;
  }
  EXPECT_EQ(count, 0x110000 - 0x800);
}

TEST(Utf8, KnownEncodings) {
  std::string text;
  for (const char32_t code : {U'A', U'ä', U'€', U'😀'}) append_utf8(text, code);
  EXPECT_EQ(text, "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_TRUE(is_utf8(text));
}

TEST(Utf8, RefusesWhatRfc3629Forbids) {
  using namespace std::string_view_literals;
  for (const std::string_view bad : {
           "\x80"sv,              // a tail without a lead
           "\xC0\x80"sv,          // overlong NUL
           "\xC1\xBF"sv,          // overlong
           "\xE0\x9F\xBF"sv,      // overlong
           "\xF0\x8F\xBF\xBF"sv,  // overlong
           "\xED\xA0\x80"sv,      // U+D800
           "\xED\xBF\xBF"sv,      // U+DFFF
           "\xF4\x90\x80\x80"sv,  // U+110000
           "\xF5\x80\x80\x80"sv,  // no such lead
           "\xE2\x82"sv,          // truncated
           "\xE2\x28\xA1"sv,      // a tail that is none
           "\xFF"sv,
       }) {
    EXPECT_EQ(decode_utf8(bad).size, 0U) << bad;
    EXPECT_FALSE(is_utf8("ok " + std::string(bad))) << bad;
  }
  EXPECT_EQ(decode_utf8("").size, 0U);
  EXPECT_TRUE(is_utf8(""));
}

}  // namespace
}  // namespace glass
