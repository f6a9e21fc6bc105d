#include "glass/data/tokenizer/scanner.h"

#include <utf8proc.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/utf8.h"

namespace glass::data {

namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view text) {
  Words words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = word_end(text, at);
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

// Text that stands at the pattern's borders more often than chance would have it.
rc::Gen<std::string> any_text() {
  const auto piece = rc::gen::elementOf(std::vector<std::string>{
      "a",      "Z",        "\u00e9",     "\u6f22",      "1",
      "\u0663", "\u00bd",   " ",          "\t",          "\u00a0",
      "\u3000", "\u0085",   "\n",         "\r",          "'",
      "s",      "L",        "LL",         "re",          "\u017f",
      "-",      "\u20ac",   "\U0001F469", "\ufeff",      std::string(1, '\0'),
      "\x80",   "\xe6\xbc", "\xff",       "\xed\xa0\x80"});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const auto& pieces) {
    std::string text;
    for (const std::string& one : pieces) text += one;
    return text;
  });
}

}  // namespace

TEST(Scanner, EndingsStandAlone) {
  EXPECT_EQ(words_of("I'LL DON'T"), (Words{"I", "'LL", " DON", "'T"}));
  EXPECT_EQ(words_of("we've'd"), (Words{"we", "'ve", "'d"}));
  EXPECT_EQ(words_of("'x'"), (Words{"'x", "'"}));
}

TEST(Scanner, LongSIsNoEnding) {
  EXPECT_EQ(words_of("a'\u017fb"), (Words{"a", "'\u017fb"}));
}

TEST(Scanner, OneCharacterMayStandBeforeLetters) {
  EXPECT_EQ(words_of("a b\tc-d"), (Words{"a", " b", "\tc", "-d"}));
  EXPECT_EQ(words_of("\nab"), (Words{"\n", "ab"}));
  EXPECT_EQ(words_of("1ab"), (Words{"1", "ab"}));
}

TEST(Scanner, DigitsComeInThrees) {
  EXPECT_EQ(words_of("1234567 \u0661\u0662\u0663\u0664"),
            (Words{"123", "456", "7", " ", "\u0661\u0662\u0663", "\u0664"}));
}

TEST(Scanner, SymbolsTakeASpaceBeforeAndTheLineBreaksBehind) {
  EXPECT_EQ(words_of("a ++;\n\nb"), (Words{"a", " ++;\n\n", "b"}));
  EXPECT_EQ(words_of("a  ++"), (Words{"a", " ", " ++"}));
  EXPECT_EQ(words_of("a\t++"), (Words{"a", "\t", "++"}));
}

TEST(Scanner, WhiteSpaceEndsAtItsLastLineBreak) {
  EXPECT_EQ(words_of("a\r\n\r\n  b  \n"), (Words{"a", "\r\n\r\n", " ", " b", "  \n"}));
  EXPECT_EQ(words_of("x \n \n  "), (Words{"x", " \n \n", "  "}));
}

TEST(Scanner, WhiteSpaceLeavesItsLastCharacterToTheNextWord) {
  EXPECT_EQ(words_of("a    b"), (Words{"a", "   ", " b"}));
  EXPECT_EQ(words_of("a   1"), (Words{"a", "  ", " ", "1"}));
  EXPECT_EQ(words_of("x   "), (Words{"x", "   "}));
}

TEST(Scanner, WhiteSpaceIsThatOfUnicode) {
  // U+0085 is white space and U+FEFF is not; JavaScript's \s has it the other way round.
  EXPECT_EQ(words_of("a\u0085\u0085b"), (Words{"a", "\u0085", "\u0085b"}));
  EXPECT_EQ(words_of("a\u0085 \n b"), (Words{"a", "\u0085 \n", " b"}));
  EXPECT_EQ(words_of("\ufeffa\ufeff b"), (Words{"\ufeffa", "\ufeff", " b"}));
  EXPECT_EQ(words_of("a\u200b c"), (Words{"a", "\u200b", " c"}));
}

TEST(Scanner, BrokenBytesAreSymbols) {
  EXPECT_EQ(words_of("a\xff\xfe"
                     "b"),
            (Words{"a", "\xff\xfe", "b"}));
  EXPECT_EQ(words_of("\xe6\xbc"), (Words{"\xe6\xbc"}));            // cut short
  EXPECT_EQ(words_of(" \xed\xa0\x80"), (Words{" \xed\xa0\x80"}));  // a surrogate
}

RC_GTEST_PROP(Scanner, WordsAddUpToTheText, ()) {
  const std::string text = *any_text();
  std::string joined;
  for (const std::string& word : words_of(text)) {
    RC_ASSERT(!word.empty());
    joined += word;
  }
  RC_ASSERT(joined == text);
}

RC_GTEST_PROP(Scanner, ASafeCutDoesNotChangeTheWords, ()) {
  const std::string text = *any_text();
  const size_t from = *rc::gen::inRange<size_t>(0, text.size() + 1);
  const size_t cut = safe_cut(text, from);
  RC_ASSERT(cut >= from);
  RC_ASSERT(cut <= text.size());
  Words words = words_of(std::string_view(text).substr(0, cut));
  const Words rest = words_of(std::string_view(text).substr(cut));
  words.insert(words.end(), rest.begin(), rest.end());
  RC_ASSERT(words == words_of(text));
}

TEST(Scanner, ASafeCutIsFoundBehindALineBreak) {
  EXPECT_EQ(safe_cut("ab\ncd\nef", 1), 3U);
  EXPECT_EQ(safe_cut("ab\ncd\nef", 4), 6U);
  EXPECT_EQ(safe_cut("ab\n\n cd", 1), 7U);
}

// The tables are those of Node.js, utf8proc's are the system's. Code points that both versions of
// Unicode know must agree; a newer utf8proc may know more of them, an older one fewer.
TEST(Scanner, CharacterClassesAgreeWithUtf8procOnEveryCodePoint) {
  int compared = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    if (category == UTF8PROC_CATEGORY_CN) continue;
    const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    const bool number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
    // White_Space is what separates (Z) and the controls U+0009..U+000D and U+0085.
    const bool space = (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP) ||
                       (c >= 0x09 && c <= 0x0D) || c == 0x85;
    const CharClass expected = letter   ? CharClass::kLetter
                               : number ? CharClass::kNumber
                               : space  ? CharClass::kSpace
                                        : CharClass::kSymbol;
    ASSERT_EQ(char_class(c), expected) << "U+" << std::hex << static_cast<uint32_t>(c);
    ++compared;
  }
  EXPECT_GT(compared, 270000) << "utf8proc knows Unicode " << utf8proc_unicode_version();
}

}  // namespace glass::data
