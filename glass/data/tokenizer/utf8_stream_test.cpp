#include "glass/data/tokenizer/utf8_stream.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/utf8.h"

namespace glass::data {

namespace {

std::string in_one_piece(std::string_view bytes) {
  Utf8Stream stream;
  std::string text = stream.push(bytes);
  return text + stream.finish();
}

}  // namespace

TEST(Utf8Stream, HoldsACharacterBackUntilItIsComplete) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("a\xF0\x9F"), "a");
  EXPECT_EQ(stream.push("\x91"), "");
  EXPECT_EQ(stream.push("\xA9z"), "\U0001F469z");
  EXPECT_EQ(stream.finish(), "");
}

TEST(Utf8Stream, ShowsAtOnceWhatCanBecomeNoCharacter) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("\xFF"), "\uFFFD");
  EXPECT_EQ(stream.push("\x80"), "\uFFFD");
  EXPECT_EQ(stream.push("\xE0\x80"), "\uFFFD\uFFFD");  // overlong, whatever follows
  EXPECT_EQ(stream.push("\xED\xA0"), "\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(stream.push("\xF4\x90"), "\uFFFD\uFFFD");  // beyond U+10FFFF
  EXPECT_EQ(stream.push("\xE0\xA0"), "");
  EXPECT_EQ(stream.finish(), "\uFFFD");
  EXPECT_EQ(stream.finish(), "");
}

TEST(Utf8Stream, EveryCharacterMayComeByteByByte) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string bytes;
    append_utf8(bytes, c);
    Utf8Stream stream;
    std::string text;
    for (const char byte : bytes) text += stream.push(std::string_view(&byte, 1));
    ASSERT_EQ(text, bytes) << static_cast<uint32_t>(c);
  }
}

RC_GTEST_PROP(Utf8Stream, IsAlwaysUtf8AndDoesNotDependOnTheCuts,
              (const std::vector<std::vector<uint8_t>>& pieces)) {
  Utf8Stream stream;
  std::string text, bytes;
  for (const auto& piece : pieces) {
    const std::string now(piece.begin(), piece.end());
    bytes += now;
    const std::string shown = stream.push(now);
    RC_ASSERT(is_utf8(shown));
    text += shown;
  }
  text += stream.finish();
  RC_ASSERT(text == in_one_piece(bytes));
  if (is_utf8(bytes)) RC_ASSERT(text == bytes);
}

}  // namespace glass::data
