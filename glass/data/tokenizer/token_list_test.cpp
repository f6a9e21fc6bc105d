#include "glass/data/tokenizer/token_list.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/base/utf8.h"
#include "glass/data/tokenizer/llama2c_vocabulary.h"
#include "glass/data/tokenizer/test_support.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/testkit/test_files.h"

namespace glass::data {

namespace {

constexpr SentencePieceRules kSpacePrefix = {
    .prefix_space = PrefixSpace::kAlways, .strip_space = true, .fuse_unknown = true};

TokenList listed(const Tokenizer& tokenizer) {
  auto list = token_list(tokenizer);
  EXPECT_TRUE(list) << list.error().message;
  return std::move(*list);
}

void expect_comes_back(const Tokenizer& tokenizer) {
  const auto again = tokenizer_from(listed(tokenizer));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->parts(), tokenizer.parts());
}

std::string refusal_of(const TokenList& list) {
  const auto tokenizer = tokenizer_from(list);
  return tokenizer ? "accepted" : tokenizer.error().message;
}

std::string refusal_of(TokenizerParts parts) {
  const auto list = token_list(made(std::move(parts)));
  return list ? "listed" : list.error().message;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// As llama.cpp's tokenizer of the kind "llama" works on one text without special tokens: symbols
// are characters; of all neighbours that together are a token of any kind the ones of the highest
// score are joined, the leftmost of equal ones; what is no token in the end becomes its bytes'.
std::vector<TokenId> encode_by_scores(const TokenList& list, std::string text) {
  const auto find = [&](const std::string& token) -> std::optional<size_t> {
    const auto at = std::ranges::find(list.tokens, token);
    if (at == list.tokens.end()) return std::nullopt;
    return static_cast<size_t>(at - list.tokens.begin());
  };
  if (text.empty()) return {};
  if (list.space_prefix) text.insert(0, " ");
  text = replace_all(text, " ", "\u2581");
  std::vector<std::string> symbols;
  for (size_t at = 0; at < text.size(); at += symbols.back().size())
    symbols.push_back(text.substr(at, decode_utf8(std::string_view(text).substr(at)).size));
  for (;;) {
    std::optional<size_t> best;
    size_t best_at = 0;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto id = find(symbols[i] + symbols[i + 1]);
      if (!id || (best && list.scores[*id] <= list.scores[*best])) continue;
      best = id;
      best_at = i;
    }
    if (!best) break;
    symbols[best_at] += symbols[best_at + 1];
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best_at) + 1);
  }
  std::vector<TokenId> ids;
  for (const std::string& symbol : symbols) {
    if (const auto id = find(symbol))
      ids.push_back(static_cast<TokenId>(*id));
    else
      for (const char byte : symbol) {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        const auto value = static_cast<uint8_t>(byte);
        ids.push_back(static_cast<TokenId>(
            *find(std::string("<0x") + kDigits[value / 16] + kDigits[value % 16] + ">")));
      }
  }
  return ids;
}

}  // namespace

TEST(TokenList, BytesAreSpelledAndMergesArePairs) {
  const Tokenizer tokenizer = trained_on("low low low lower", 4);
  const TokenList list = listed(tokenizer);
  EXPECT_EQ(list.pattern, "dbrx");
  ASSERT_EQ(list.tokens.size(), 261U);
  EXPECT_EQ(list.tokens[0], "!");
  EXPECT_EQ(list.tokens[220], "\u0120");  // the space
  EXPECT_EQ(list.tokens[260], "<|endoftext|>");
  EXPECT_EQ(list.types[260], TokenType::kControl);
  EXPECT_EQ(list.types[259], TokenType::kNormal);
  EXPECT_EQ(list.merges.front(), "l o");
  EXPECT_EQ(list.merges[2], "\u0120 low");
  EXPECT_TRUE(list.scores.empty());
  expect_comes_back(tokenizer);
}

TEST(TokenList, WordsThatArePiecesAreThePatternOfLlama3) {
  TokenizerParts parts = trained_on(mixed_text(), 60).parts();
  parts.ignore_merges = true;
  parts.prefix = {parts.special.front().id};
  const Tokenizer tokenizer = made(parts);
  EXPECT_EQ(listed(tokenizer).pattern, "llama-bpe");
  expect_comes_back(tokenizer);
}

TEST(TokenList, OtherNamesOfThePatternAreUnderstoodAndOtherPatternsAreNot) {
  TokenList list = listed(trained_on(mixed_text(), 10));
  list.pattern = "smaug-bpe";
  EXPECT_FALSE(tokenizer_from(list)->parts().ignore_merges);
  list.pattern = "pixtral";
  EXPECT_TRUE(tokenizer_from(list)->parts().ignore_merges);
  list.pattern = "gpt-2";
  EXPECT_NE(refusal_of(list).find("by the pattern 'gpt-2'"), std::string::npos);
}

TEST(TokenList, PiecesOfSentencePieceHaveScoresInTheOrderOfTheirMerges) {
  const Tokenizer tokenizer =
      made(sentencepiece_parts({" ", "a", "b", "c", "ab", "bc", "abc", " a"}, kSpacePrefix));
  const TokenList list = listed(tokenizer);
  EXPECT_TRUE(list.space_prefix);
  EXPECT_EQ(list.tokens[3 + 10], "<0x0A>");
  EXPECT_EQ(list.types[3 + 10], TokenType::kByte);
  EXPECT_EQ(list.types[0], TokenType::kUnknown);
  EXPECT_EQ(list.types[1], TokenType::kControl);
  EXPECT_EQ(list.tokens[259], "\u2581");
  EXPECT_EQ(list.scores[263], 0);   // ab
  EXPECT_EQ(list.scores[265], -2);  // abc, in two ways
  EXPECT_EQ(list.scores[260], -4);  // a, which nothing leads to
  expect_comes_back(tokenizer);
}

RC_GTEST_PROP(TokenList, JoiningByScoreGivesTheIdsOfTheMerges, ()) {
  std::vector<std::string> names = {" ", "a", "b", "\u00e9"};
  for (int round = 0; round < 20; ++round) {
    const size_t left = *rc::gen::inRange<size_t>(0, names.size());
    const std::string piece = names[left] + names[*rc::gen::inRange<size_t>(0, names.size())];
    if (piece.size() <= 12 && std::ranges::find(names, piece) == names.end())
      names.push_back(piece);
  }
  SentencePieceRules rules = kSpacePrefix;
  if (*rc::gen::arbitrary<bool>()) rules = {.fuse_unknown = true};
  const Tokenizer tokenizer = made(sentencepiece_parts(names, rules));
  const TokenList list = listed(tokenizer);
  const auto letters = *rc::gen::container<std::vector<std::string>>(
      *rc::gen::inRange<size_t>(0, 60),
      rc::gen::elementOf(std::vector<std::string>{"a", "a", "b", " ", "\u00e9", "x", "\u6f22"}));
  std::string text;
  for (const std::string& letter : letters) text += letter;
  RC_ASSERT(encode(tokenizer, text) == encode_by_scores(list, text));
  RC_ASSERT(tokenizer_from(list)->parts() == tokenizer.parts());
}

TEST(TokenList, TheVocabularyOfStories260KComesBack) {
  const std::filesystem::path path = testkit::shared_file("assets/models/stories260K/tok512.bin");
  GLASS_SKIP_WITHOUT(path);
  std::ifstream in(path, std::ios::binary);
  const Bytes file{std::istreambuf_iterator<char>(in), {}};
  const Tokenizer tokenizer = made(parse_llama2c_vocabulary(file).value());
  expect_comes_back(tokenizer);
  const TokenList list = listed(tokenizer);
  EXPECT_EQ(list.prefix, (std::vector<TokenId>{1}));
  for (const std::string text : {"Once upon a time, there was a girl.", "  two  spaces\n\n \u6f22"})
    EXPECT_EQ(encode(tokenizer, text), encode_by_scores(list, text)) << text;
}

TEST(TokenList, FixedPiecesAreTakenOutUnlessTheyHoldSpaces) {
  TokenizerParts parts =
      sentencepiece_parts({" ", "a", "<t >", "<t>", "\n\n"}, {.fuse_unknown = true});
  parts.sentencepiece.fixed = {261, 262, 263};
  const TokenList list = listed(made(parts));
  EXPECT_EQ(list.types[261], TokenType::kNormal);
  EXPECT_EQ(list.types[262], TokenType::kUserDefined);
  const Tokenizer again = tokenizer_from(list).value();
  EXPECT_EQ(again.parts().sentencepiece.fixed, (std::vector<TokenId>{262, 263}));
  EXPECT_EQ(encode(again, "a  <t>"), encode(made(parts), "a  <t>"));
}

// As Gemma's merges do: a run grows from the left, before anything else is joined.
TokenizerParts parts_with_runs() {
  TokenizerParts parts =
      sentencepiece_parts({" ", "a", "  ", "   ", "    ", " a", "aa"}, {.fuse_unknown = true});
  std::vector<Merge> runs;
  for (const auto& [left, right, result] : std::vector<std::array<TokenId, 3>>{
           {262, 259, 263}, {261, 261, 263}, {261, 259, 262}, {259, 261, 262}, {259, 259, 261}})
    runs.push_back({.left = left, .right = right, .result = result});
  std::erase_if(parts.merges, [](const Merge& merge) { return merge.result <= 263; });
  parts.merges.insert(parts.merges.begin(), runs.begin(), runs.end());
  parts.sentencepiece.fixed = {261, 262, 263};
  return parts;
}

// llama.cpp takes what is fixed out of the text as it stands, the longest first; then joins.
std::vector<TokenId> encode_after_runs(const TokenList& list, const std::string& text) {
  for (TokenId run = 263; run >= 261; --run) {
    const std::string& token = list.tokens[static_cast<size_t>(run)];
    const size_t at = text.find(token);
    if (at == std::string::npos) continue;
    std::vector<TokenId> ids = encode_after_runs(list, text.substr(0, at));
    ids.push_back(run);
    const std::vector<TokenId> rest = encode_after_runs(list, text.substr(at + token.size()));
    ids.insert(ids.end(), rest.begin(), rest.end());
    return ids;
  }
  return encode_by_scores(list, text);
}

RC_GTEST_PROP(TokenList, RunsOfSpacesAreTakenOutAsMergesWouldJoinThem, ()) {
  const Tokenizer tokenizer = made(parts_with_runs());
  const TokenList list = listed(tokenizer);
  RC_ASSERT(list.tokens[262] == "   ");
  RC_ASSERT(list.types[262] == TokenType::kUserDefined);
  const auto text = *rc::gen::container<std::string>(*rc::gen::inRange<size_t>(0, 40),
                                                     rc::gen::elementOf(std::string("     aab")));
  RC_ASSERT(encode(tokenizer, text) == encode_after_runs(list, text));
  const Tokenizer again = tokenizer_from(list).value();
  RC_ASSERT(encode(again, text) == encode(tokenizer, text));
  RC_ASSERT(listed(again) == list);
}

TEST(TokenList, RunsThatAreJoinedOtherwiseStayPieces) {
  const auto type_after = [](const std::function<void(TokenizerParts&)>& change) {
    TokenizerParts parts = parts_with_runs();
    change(parts);
    const auto list = token_list(made(parts));
    return list ? list->types[262] : TokenType::kUnused;  // none is made
  };
  EXPECT_EQ(type_after([](TokenizerParts&) {}), TokenType::kUserDefined);
  EXPECT_NE(type_after([](auto& parts) { std::swap(parts.merges[2], parts.merges[4]); }),
            TokenType::kUserDefined);
  EXPECT_NE(type_after([](auto& parts) {
              std::rotate(parts.merges.begin(), parts.merges.begin() + 5, parts.merges.end());
            }),
            TokenType::kUserDefined);
  EXPECT_NE(type_after([](auto& parts) {
              parts.sentencepiece.fixed = {262, 263};
            }),
            TokenType::kUserDefined);
  TokenList list = listed(made(parts_with_runs()));
  list.types[261] = TokenType::kNormal;
  list.tokens[261] = "aaa";
  EXPECT_NE(refusal_of(list).find("without the shorter ones"), std::string::npos)
      << refusal_of(list);
}

TEST(TokenList, UnusedTokensAtTheEndAreLeftOut) {
  for (const Tokenizer& tokenizer :
       {trained_on("a b", 1), made(sentencepiece_parts({" ", "a"}, kSpacePrefix))}) {
    TokenList list = listed(tokenizer);
    list.tokens.insert(list.tokens.end(), {"[PAD1]", "[PAD2]"});
    list.types.insert(list.types.end(), 2, TokenType::kUnused);
    if (!list.scores.empty()) list.scores.insert(list.scores.end(), 2, -1000);
    EXPECT_EQ(tokenizer_from(list)->parts(), tokenizer.parts());
  }
}

// What llama.cpp would do otherwise.
TEST(TokenList, TokenizersThatScoresCannotSayAreRefused) {
  const auto expect = [](std::string_view what,
                         const std::function<void(TokenizerParts&)>& change) {
    TokenizerParts parts =
        sentencepiece_parts({" ", "a", "b", "ab", " a", "b ", "ba", "bab"}, kSpacePrefix);
    change(parts);
    const std::string why = refusal_of(std::move(parts));
    EXPECT_NE(why.find(what), std::string::npos) << why;
  };
  expect("listed", [](TokenizerParts&) {});
  expect("only where it has none",
         [](auto& parts) { parts.sentencepiece.prefix_space = PrefixSpace::kMissingAtStart; });
  expect("taken away", [](auto& parts) { parts.sentencepiece.strip_space = false; });
  expect("the piece 264 is not joined", [](auto& parts) {
    parts.sentencepiece.prefix_space = PrefixSpace::kNone;
    parts.sentencepiece.strip_space = false;
    parts.sentencepiece.split_at_spaces = true;
  });
  expect("the piece 262 ('ab') can be cut in 1 ways and has 0 merges",
         [](auto& parts) { parts.merges.erase(parts.merges.begin()); });
  expect("the piece 266 ('bab') do not follow one another",
         [](auto& parts) { std::swap(parts.merges.front(), parts.merges.back()); });
  expect("from the character 'x', which is no piece",
         [](auto& parts) { parts.pieces.emplace_back("xa"); });
  expect("2 tokens are put before a text", [](auto& parts) { parts.prefix = {1, 1}; });
  TokenizerParts few;
  few.kind = TokenizerKind::kSentencePiece;
  few.pieces = {"<unk>", " "};
  few.special = {{.id = 0, .text = "<unk>"}};
  few.sentencepiece.unknown = 0;
  EXPECT_EQ(refusal_of(few), "there are no tokens for bytes");
  TokenizerParts bytes = trained_on("a b", 1).parts();
  bytes.special.push_back({.id = 258, .text = "\u0120b"});
  bytes.pieces.emplace_back("\u0120b");
  EXPECT_NE(refusal_of(bytes).find("are both spelled '\u0120b'"), std::string::npos)
      << refusal_of(bytes);
}

TEST(TokenList, ListsThatNoTokenizerHonoursAreRefused) {
  const TokenList bytes = listed(trained_on("low low", 3));
  const TokenList scored =
      listed(made(sentencepiece_parts({" ", "a", "b", "ab", " a"}, kSpacePrefix)));
  const auto expect = [](std::string_view what, TokenList list,
                         const std::function<void(TokenList&)>& change) {
    change(list);
    EXPECT_NE(refusal_of(list).find(what), std::string::npos) << what << ": " << refusal_of(list);
  };
  expect("260 tokens have 259 types", bytes, [](TokenList& list) { list.types.pop_back(); });
  expect("the token 7 ('(') is neither", bytes,
         [](TokenList& list) { list.types[7] = TokenType::kUserDefined; });
  expect("the token 5 (' ') is neither", bytes, [](TokenList& list) { list.tokens[5] = " "; });
  expect("the merge 0 ('lo') names no pieces", bytes,
         [](TokenList& list) { list.merges[0] = "lo"; });
  expect("the merge 1 ('z z') names no pieces", bytes,
         [](TokenList& list) { list.merges[1] = "z z"; });
  expect("0x4C has no piece", bytes, [](TokenList& list) { list.tokens[43] = "LL"; });
  expect("is not a special token", bytes, [](TokenList& list) { list.prefix = {3}; });
  expect("264 tokens have 263 scores", scored, [](TokenList& list) { list.scores.pop_back(); });
  expect("a second unknown token", scored,
         [](TokenList& list) { list.types[1] = TokenType::kUnknown; });
  expect("the token 4 ('<0x01>') is not spelled as a byte of its own", scored, [](TokenList& list) {
    std::swap(list.tokens[3], list.tokens[4]);
    list.tokens[4] = "<0x01>";
  });
  expect("not every byte", scored, [](TokenList& list) { list.types[3] = TokenType::kNormal; });
  expect("have the same score", scored,
         [](TokenList& list) { list.scores[262] = list.scores[263]; });
  expect("holds a space, which is not supported", scored, [](TokenList& list) {
    list.types[262] = TokenType::kUserDefined;
    list.tokens[262] = "a  b";
  });
  expect("which is U+2581 there", scored, [](TokenList& list) { list.tokens[259] = " "; });
  expect("from the character 'x'", scored, [](TokenList& list) { list.tokens[262] = "ax"; });
}

}  // namespace glass::data
