#include "glass/data/tokenizer/tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/internal/byte_alphabet.h"
#include "glass/data/tokenizer/test_support.h"

namespace glass::data {

namespace {

using Ids = std::vector<TokenId>;

const Tokenizer& mixed_tokenizer() {
  static const Tokenizer tokenizer = trained_on(mixed_text() + mixed_text(), 300);
  return tokenizer;
}

std::string bytes_from(const std::vector<uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

// The parts of a tokenizer with the pieces and merges named beside the 256 bytes.
TokenizerParts parts_with(const std::vector<std::pair<std::string, std::string>>& merges) {
  TokenizerParts parts;
  for (const uint8_t byte : alphabet()) parts.pieces.emplace_back(1, static_cast<char>(byte));
  const auto id = [&](const std::string& piece) {
    const auto at = std::ranges::find(parts.pieces, piece);
    const auto found = static_cast<TokenId>(at - parts.pieces.begin());
    if (at == parts.pieces.end()) parts.pieces.push_back(piece);
    return found;
  };
  for (const auto& [left, right] : merges)
    parts.merges.push_back({.left = id(left), .right = id(right), .result = id(left + right)});
  return parts;
}

std::string refusal(TokenizerParts parts) {
  const auto made = Tokenizer::make(std::move(parts));
  return made ? std::string() : made.error().message;
}

}  // namespace

TEST(ByteAlphabet, HasEveryByteOnceInTheOrderOfGpt2) {
  EXPECT_EQ(alphabet()[0], '!');
  EXPECT_EQ(alphabet()[93], '~');
  EXPECT_EQ(alphabet()[94], 0xA1);
  EXPECT_EQ(alphabet()[188], 0x00);
  EXPECT_EQ(alphabet()[255], 0xAD);
  EXPECT_EQ(spell_piece(" \n\xAD"), "\u0120\u010a\u0143");
  EXPECT_EQ(read_piece("\u0120\u010a\u0143"), " \n\xAD");
  EXPECT_EQ(read_piece("a b"), std::nullopt);     // a space is spelled U+0120
  EXPECT_EQ(read_piece("\u0144"), std::nullopt);  // behind the last stand-in
  EXPECT_EQ(read_piece("\U0001F600"), std::nullopt);
}

TEST(Tokenizer, IdsAreTheBytesThenTheMergesThenEndOfText) {
  const Tokenizer tokenizer = trained_on("ab ab", 2);
  EXPECT_EQ(tokenizer.vocabulary_size(), 259);
  EXPECT_EQ(tokenizer.piece(0), "!");
  EXPECT_EQ(tokenizer.piece(256), "ab");
  EXPECT_EQ(tokenizer.piece(257), " ab");
  EXPECT_EQ(tokenizer.piece(258), kEndOfText);
  EXPECT_EQ(tokenizer.end_of_text(), 258);
  EXPECT_TRUE(tokenizer.is_special(258));
  EXPECT_EQ(tokenizer.text_lengths()[257], 3U);
  EXPECT_EQ(tokenizer.text_lengths()[258], 0U);
}

TEST(Tokenizer, EncodesMixedTextByTheDefinition) {
  EXPECT_EQ(encode(mixed_tokenizer(), mixed_text()),
            encode_by_definition(mixed_tokenizer(), mixed_text()));
}

RC_GTEST_PROP(Tokenizer, EncodesAnyLettersByTheDefinition, ()) {
  // Long words of few letters: both ways of merging, ties and overlaps.
  static const Tokenizer tokenizer =
      trained_on("abacabadabacabaabbaabbaaaabbbbcabcabcaabaabaab caba aaaa bbbb", 60);
  const size_t length = *rc::gen::inRange<size_t>(0, 150);
  const auto text =
      *rc::gen::container<std::string>(length, rc::gen::elementOf(std::string("aaaabbbccd ")));
  RC_ASSERT(encode(tokenizer, text) == encode_by_definition(tokenizer, text));
}

RC_GTEST_PROP(Tokenizer, RoundTripIsExactOnAnyBytes, (const std::vector<uint8_t>& bytes)) {
  const std::string text = bytes_from(bytes);
  RC_ASSERT(mixed_tokenizer().decode(encode(mixed_tokenizer(), text)) == text);
}

TEST(Tokenizer, RoundTripIsExactOnAllPairsOfBytes) {
  std::string text;
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second)
      text += {static_cast<char>(first), static_cast<char>(second)};
  EXPECT_EQ(mixed_tokenizer().decode(encode(mixed_tokenizer(), text)), text);
}

TEST(Tokenizer, TheLowestRankGoesFirstAndThenTheLeftmost) {
  const auto tokenizer = Tokenizer::make(parts_with({{"b", "c"}, {"a", "b"}, {"a", "a"}}));
  ASSERT_TRUE(tokenizer.has_value());
  const auto pieces = [&](std::string_view text) {
    std::string joined;
    for (const TokenId id : encode(*tokenizer, text))
      joined += std::string(tokenizer->piece(id)) + "|";
    return joined;
  };
  EXPECT_EQ(pieces("abc"), "a|bc|");
  EXPECT_EQ(pieces("aaa"), "aa|a|");
}

TEST(Tokenizer, IgnoreMergesLooksUpTheWholeWordFirst) {
  TokenizerParts parts = parts_with({{"a", "b"}, {"c", "d"}});
  parts.pieces.emplace_back("abcd");  // no merge leads there
  auto merging = Tokenizer::make(parts);
  parts.ignore_merges = true;
  auto looking = Tokenizer::make(parts);
  ASSERT_TRUE(merging && looking);
  EXPECT_EQ(encode(*merging, "abcd"), (Ids{256, 257}));
  EXPECT_EQ(encode(*looking, "abcd"), (Ids{258}));
  EXPECT_EQ(encode(*looking, "abcde"), (Ids{256, 257, encode(*looking, "e")[0]}));
}

TEST(Tokenizer, SpecialTokensInATextArePlainTextUnlessAskedFor) {
  const Tokenizer tokenizer = trained_on("ab", 1);
  const std::string text = "ab<|endoftext|>ab";
  const Ids plain = encode(tokenizer, text);
  EXPECT_EQ(std::ranges::count(plain, tokenizer.end_of_text()), 0);
  EXPECT_EQ(tokenizer.decode(plain), text);
  Ids special;
  tokenizer.encode_with_special(text, special);
  EXPECT_EQ(special, (Ids{256, 257, 256}));
  EXPECT_EQ(tokenizer.decode(special), text);
}

TEST(Tokenizer, OfSpecialTokensAtOnePlaceTheLongestWins) {
  TokenizerParts parts = parts_with({});
  parts.special = {{.id = 256, .text = "<x"}, {.id = 257, .text = "<x>"}};
  parts.pieces.insert(parts.pieces.end(), {"<x", "<x>"});
  const auto tokenizer = Tokenizer::make(parts);
  ASSERT_TRUE(tokenizer.has_value());
  Ids ids;
  tokenizer->encode_with_special("<x><x<x>", ids);
  EXPECT_EQ(ids, (Ids{257, 256, 257}));
}

// Of this thread alone, so that others on the machine do not count.
double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

TEST(Tokenizer, TenTimesAsManyEqualLettersTakeTenTimesAsLong) {
  const Tokenizer tokenizer = trained_on(std::string(100, 'a'), 10);
  const auto seconds_for = [&](size_t letters) {
    const std::string text(letters, 'a');
    const double start = cpu_seconds();
    const Ids ids = encode(tokenizer, text);
    const double seconds = cpu_seconds() - start;
    EXPECT_EQ(tokenizer.decode(ids), text);
    return seconds;
  };
  const double few = seconds_for(100'000);
  EXPECT_LT(seconds_for(1'000'000), 40 * few);  // a quadratic merge takes a hundred times as long
}

TEST(Tokenizer, AnEncoderThatRemembersGivesTheSameIds) {
  Encoder encoder(mixed_tokenizer());
  const Ids expected = encode(mixed_tokenizer(), mixed_text());
  for (int round = 0; round < 3; ++round) {
    Ids ids;
    encoder.encode(mixed_text(), ids);
    EXPECT_EQ(ids, expected);
  }
}

TEST(Tokenizer, AWordAtTheEndOfATextIsTheSameWordAsWithin) {
  // Words are read 32 bytes at a time where the text is long enough, else byte by byte.
  const std::string padding(64, '\n');
  Encoder encoder(mixed_tokenizer());
  for (const std::string word : {"fox", "\u6f22\u5b57", " brown", "a_word_of_some_length_more"}) {
    Ids within, at_end;
    encoder.encode(word + padding, within);
    encoder.encode(word, at_end);
    within.resize(at_end.size());
    EXPECT_EQ(within, at_end) << word;
  }
}

TEST(BatchEncoder, GivesEachDocumentItsIds) {
  SerialParallel serial;
  BatchEncoder batch(mixed_tokenizer(), serial);
  const std::string text = mixed_text();
  const std::vector<std::string_view> documents = {text, "", "fox", text};
  std::vector<Ids> out(9, Ids{1, 2, 3});
  batch.encode(documents, out);
  ASSERT_EQ(out.size(), documents.size());
  for (size_t i = 0; i < documents.size(); ++i)
    EXPECT_EQ(out[i], encode(mixed_tokenizer(), documents[i]));
}

TEST(Tokenizer, RefusesPartsThatDoNotFit) {
  TokenizerParts parts = parts_with({{"a", "b"}});
  EXPECT_EQ(refusal(parts), "");

  TokenizerParts lacking = parts;
  lacking.pieces[0] = "zz";
  EXPECT_NE(refusal(lacking).find("the byte 0x21 has no piece"), std::string::npos);

  TokenizerParts gap = parts;
  gap.pieces.emplace_back();
  EXPECT_NE(refusal(gap).find("no piece has the id 257"), std::string::npos);

  TokenizerParts twice = parts;
  twice.pieces.emplace_back("ab");
  EXPECT_NE(refusal(twice).find("256 and 257 have the same piece"), std::string::npos);

  TokenizerParts wrong = parts;
  wrong.merges[0].right = wrong.merges[0].left;
  EXPECT_NE(refusal(wrong).find("merge 0 does not give the piece 256"), std::string::npos);

  TokenizerParts outside = parts;
  outside.merges[0].result = 300;
  EXPECT_NE(refusal(outside).find("merge 0 names 300"), std::string::npos);

  TokenizerParts repeated = parts;
  repeated.merges.push_back(repeated.merges[0]);
  EXPECT_NE(refusal(repeated).find("merge 1 repeats"), std::string::npos);

  TokenizerParts special = parts;
  special.special = {{.id = 900, .text = "<x>"}};
  EXPECT_NE(refusal(special).find("'<x>' has id 900"), std::string::npos);

  TokenizerParts prefix = parts;
  prefix.prefix = {3};
  EXPECT_NE(refusal(prefix).find("3 is not a special token"), std::string::npos);
}

}  // namespace glass::data
