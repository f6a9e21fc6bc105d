// A tokenizer of SentencePiece's kind: ids, decoding, special and fixed pieces, refusals.
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
#include "glass/data/tokenizer/internal/token_finder.h"
#include "glass/data/tokenizer/test_support.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

namespace {

using SpIds = std::vector<TokenId>;

const std::vector<std::string> kPieces = {
    " ",   "a",   "b",  "c",       "\u00e9",       "\u6f22", "ab",   "bc",  " a",   "aa",     "  ",
    " ab", "abc", "c ", "b\u00e9", "\u6f22\u6f22", "aba",    "    ", "aaa", " abc", "\u00e9 "};

Tokenizer tokenizer_with(const SentencePieceRules& rules) {
  return made(sentencepiece_parts(kPieces, rules));
}

Tokenizer llama_tokenizer() {
  return tokenizer_with({.prefix_space = PrefixSpace::kAlways, .strip_space = true});
}

// Without tokens of bytes: <unk> and the pieces.
TokenizerParts parts_without_bytes(bool fuse_unknown) {
  TokenizerParts parts = sentencepiece_parts(kPieces, {});
  const auto moved = [](TokenId id) { return id - 258; };
  parts.pieces.erase(parts.pieces.begin() + 1, parts.pieces.begin() + 259);
  parts.special.resize(1);
  for (Merge& merge : parts.merges)
    merge = {.left = moved(merge.left), .right = moved(merge.right), .result = moved(merge.result)};
  parts.sentencepiece.bytes.clear();
  parts.sentencepiece.fuse_unknown = fuse_unknown;
  return parts;
}

std::string pieces_of(const Tokenizer& tokenizer, std::string_view text, bool special = false) {
  SpIds ids;
  special ? tokenizer.encode_with_special(text, ids) : tokenizer.encode(text, ids);
  std::string joined;
  for (const TokenId id : ids) joined += std::string(tokenizer.piece(id)) + "|";
  return joined;
}

std::string sp_refusal(TokenizerParts parts) {
  const auto tokenizer = Tokenizer::make(std::move(parts));
  return tokenizer ? std::string() : tokenizer.error().message;
}

// Few characters, so that pieces meet and overlap; among them bytes that are no text.
std::string any_marked_text() {
  const size_t length = *rc::gen::inRange<size_t>(0, 120);
  const auto parts = *rc::gen::container<std::vector<std::string>>(
      length, rc::gen::elementOf(std::vector<std::string>{"a", "a", "b", "c", " ", " ", "\u00e9",
                                                          "\u6f22", "z", "\n", "\u2581", "\xff",
                                                          "\xe6\xbc", "\u0436", "ab", "  "}));
  std::string text;
  for (const std::string& part : parts) text += part;
  return text;
}

}  // namespace

RC_GTEST_PROP(SentencePiece, EncodesAnyTextByTheDefinition, ()) {
  static const std::vector<Tokenizer> tokenizers = [] {
    std::vector<Tokenizer> all;
    for (const PrefixSpace prefix : {PrefixSpace::kNone, PrefixSpace::kAlways,
                                     PrefixSpace::kMissing, PrefixSpace::kMissingAtStart})
      all.push_back(tokenizer_with({.prefix_space = prefix}));
    all.push_back(tokenizer_with({.split_at_spaces = true}));
    all.push_back(made(parts_without_bytes(false)));
    all.push_back(made(parts_without_bytes(true)));
    return all;
  }();
  const std::string text = any_marked_text();
  for (const Tokenizer& tokenizer : tokenizers)
    RC_ASSERT(encode(tokenizer, text) == encode_by_definition(tokenizer, text));
}

TEST(SentencePiece, MergesGoAcrossWordsButNotAcrossSpacesWhereToldSo) {
  EXPECT_EQ(pieces_of(tokenizer_with({}), "c b"), "c |b|");
  EXPECT_EQ(pieces_of(tokenizer_with({.split_at_spaces = true}), "c b"), "c| |b|");
  EXPECT_EQ(pieces_of(tokenizer_with({}), "     "), "    | |");
  EXPECT_EQ(pieces_of(tokenizer_with({.split_at_spaces = true}), "   "), " | | |");
}

TEST(SentencePiece, PutsTheSpaceWhereTheRuleSays) {
  const auto with = [](PrefixSpace prefix, std::string_view text) {
    return pieces_of(tokenizer_with({.prefix_space = prefix}), text, true);
  };
  EXPECT_EQ(with(PrefixSpace::kNone, "ab</s>ab"), "ab|</s>|ab|");
  EXPECT_EQ(with(PrefixSpace::kAlways, "ab</s>ab"), " ab|</s>| ab|");
  EXPECT_EQ(with(PrefixSpace::kAlways, " ab</s></s>"), "  |ab|</s>|</s>|");
  EXPECT_EQ(with(PrefixSpace::kMissing, " ab</s>ab"), " ab|</s>| ab|");
  EXPECT_EQ(with(PrefixSpace::kMissing, "\u2581ab"), " ab|");
  EXPECT_EQ(with(PrefixSpace::kMissingAtStart, "ab</s>ab"), " ab|</s>|ab|");
  EXPECT_EQ(with(PrefixSpace::kMissingAtStart, "</s>ab"), "</s>|ab|");
  EXPECT_EQ(with(PrefixSpace::kAlways, ""), "");
}

TEST(SentencePiece, ASpaceThatJoinsNothingStandsAlone) {
  EXPECT_EQ(pieces_of(llama_tokenizer(), "bc"), " |bc|");
  EXPECT_EQ(pieces_of(llama_tokenizer(), "z"), " |z|");
}

TEST(SentencePiece, ACharacterWithoutAPieceBecomesItsBytes) {
  const Tokenizer tokenizer = llama_tokenizer();
  EXPECT_EQ(encode(tokenizer, "a\n\u0436"), (SpIds{267, 3 + 0x0A, 3 + 0xD0, 3 + 0xB6}));
  EXPECT_EQ(tokenizer.decode(encode(tokenizer, "a\n\u0436")), "a\n\u0436");
  EXPECT_EQ(encode(tokenizer, "\xff\xe6"), (SpIds{259, 3 + 0xFF, 3 + 0xE6}));
}

TEST(SentencePiece, UnknownCharactersAreOneTokenOrMany) {
  EXPECT_EQ(pieces_of(made(parts_without_bytes(false)), "azz\nb\xff"),
            "a|<unk>|<unk>|<unk>|b|<unk>|");
  EXPECT_EQ(pieces_of(made(parts_without_bytes(true)), "azz\nb\xff"), "a|<unk>|b|<unk>|");
  EXPECT_EQ(pieces_of(made(parts_without_bytes(true)), "z<unk>z", true), "<unk>|<unk>|<unk>|");
}

RC_GTEST_PROP(SentencePiece, RoundTripIsExactWithoutMarks, (const std::vector<uint8_t>& bytes)) {
  static const Tokenizer llama = llama_tokenizer(), gemma = tokenizer_with({});
  for (std::string text : {std::string(bytes.begin(), bytes.end()), any_marked_text()}) {
    for (size_t at = text.find("\u2581"); at != std::string::npos; at = text.find("\u2581"))
      text.erase(at, 3);
    RC_ASSERT(llama.decode(encode(llama, text)) == text);
    RC_ASSERT(gemma.decode(encode(gemma, text)) == text);
  }
}

TEST(SentencePiece, WhatDecodingLosesIsWhatTheHeaderSays) {
  const auto back = [](const Tokenizer& tokenizer, std::string_view text) {
    return tokenizer.decode(encode(tokenizer, text));
  };
  EXPECT_EQ(back(llama_tokenizer(), "a\u2581b"), "a b");
  EXPECT_EQ(back(llama_tokenizer(), "  a"), "  a");
  const Tokenizer missing =
      tokenizer_with({.prefix_space = PrefixSpace::kMissing, .strip_space = true});
  EXPECT_EQ(back(missing, "a"), "a");
  EXPECT_EQ(back(missing, " a"), "a");
  EXPECT_EQ(back(tokenizer_with({.prefix_space = PrefixSpace::kAlways}), "a"), " a");
  EXPECT_EQ(back(made(parts_without_bytes(true)), "zz"), "<unk>");
  EXPECT_EQ(llama_tokenizer().decode(SpIds{1, 267}), "<s> a");  // the space is not at the start
}

TEST(SentencePiece, FixedPiecesAreTakenOutOfATextFirst) {
  TokenizerParts parts = sentencepiece_parts(kPieces, {.prefix_space = PrefixSpace::kMissing});
  parts.pieces.insert(parts.pieces.end(), {"\n", "\n\n", "b c"});
  parts.sentencepiece.fixed = {269, 280, 281, 282};  // "  " too
  const Tokenizer tokenizer = made(parts);
  EXPECT_EQ(pieces_of(tokenizer, "a\n\n\nab"), " a|\n\n|\n| ab|");
  // Spaces in a text are not the marks that fixed pieces are spelled with.
  EXPECT_EQ(encode(tokenizer, " b c"), (SpIds{259, 261, 259, 262}));
  EXPECT_EQ(encode(tokenizer, "b\u2581c"), (SpIds{282}));
  EXPECT_EQ(encode(tokenizer, "  c"), (SpIds{269, 262}));
  EXPECT_EQ(encode(tokenizer, "\u2581\u2581c"), (SpIds{269, 259, 262}));
  EXPECT_EQ(tokenizer.text_lengths()[281], 2U);
}

TEST(SentencePiece, SpecialTokensInATextArePlainTextUnlessAskedFor) {
  const Tokenizer tokenizer = llama_tokenizer();
  const SpIds plain = encode(tokenizer, "a</s>");
  EXPECT_EQ(std::ranges::count(plain, 2), 0);
  EXPECT_EQ(tokenizer.decode(plain), "a</s>");
  EXPECT_EQ(pieces_of(tokenizer, "a</s>", true), " a|</s>|");
  EXPECT_EQ(tokenizer.text_lengths()[2], 0U);
  EXPECT_EQ(tokenizer.text_lengths()[267], 2U);
}

TEST(SentencePiece, TheEndOfTextIsTheOneThereIs) {
  const auto end_with = [](const std::vector<std::string>& names) {
    TokenizerParts parts = sentencepiece_parts(kPieces, {});
    parts.special.pop_back();  // </s>
    parts.pieces[2] = "x";
    for (const std::string& name : names) {
      parts.special.push_back({.id = static_cast<TokenId>(parts.pieces.size()), .text = name});
      parts.pieces.push_back(name);
    }
    return made(parts).end_of_text();
  };
  const auto first = static_cast<TokenId>(259 + kPieces.size());
  EXPECT_EQ(llama_tokenizer().end_of_text(), 2);
  EXPECT_EQ(end_with({}), -1);
  EXPECT_EQ(end_with({"<end_of_turn>", "<eos>"}), first + 1);
  EXPECT_EQ(end_with({"<|end_of_text|>"}), first);
  EXPECT_EQ(end_with({"</s>", "<eos>"}), -1);
  EXPECT_EQ(end_with({"</s>", "<|endoftext|>"}), first + 1);
}

TEST(SentencePiece, EncodersThatRememberAndBatchesGiveTheSameIds) {
  const Tokenizer tokenizer = llama_tokenizer();
  const std::string text = "ab abc  aab \u6f22\u6f22z " + mixed_text();
  Encoder encoder(tokenizer);
  for (int round = 0; round < 3; ++round) {
    SpIds ids;
    encoder.encode(text, ids);
    EXPECT_EQ(ids, encode_by_definition(tokenizer, text));
  }
  SerialParallel serial;
  BatchEncoder batch(tokenizer, serial);
  const std::vector<std::string_view> documents = {text, "", "abc"};
  std::vector<SpIds> out;
  batch.encode(documents, out);
  for (size_t i = 0; i < documents.size(); ++i) EXPECT_EQ(out[i], encode(tokenizer, documents[i]));
}

TEST(SentencePiece, TenTimesAsLongATextTakesTenTimesAsLong) {
  const Tokenizer tokenizer = llama_tokenizer();
  const auto seconds_for = [&](size_t letters) {
    const std::string text(letters, 'a');  // no place to cut, and three merges compete
    timespec begin{}, end{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    const SpIds ids = encode(tokenizer, text);
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    EXPECT_EQ(tokenizer.decode(ids), text);
    return static_cast<double>(end.tv_sec - begin.tv_sec) +
           static_cast<double>(end.tv_nsec - begin.tv_nsec) * 1e-9;
  };
  const double few = seconds_for(100'000);
  EXPECT_LT(seconds_for(1'000'000), 40 * few);  // a quadratic merge takes a hundred times as long
}

TEST(TokenFinder, FindsTheFirstAndOfThoseTheLongest) {
  const TokenFinder finder({{"ab", 1}, {"abcd", 2}, {"b", 3}, {"\xff", 4}, {"abc\x80", 5}});
  const auto found = [&](std::string_view text, size_t from = 0) {
    const TokenFinder::Found at = finder.find(text, from);
    return at.id < 0 ? std::string("none") : std::to_string(at.at) + ":" + std::to_string(at.id);
  };
  EXPECT_EQ(found("xabcdx"), "1:2");
  EXPECT_EQ(found("xabc"), "1:1");
  EXPECT_EQ(found("xabcd", 2), "2:3");
  EXPECT_EQ(found("aac\xff"), "3:4");
  EXPECT_EQ(found("abc\x80"), "0:5");
  EXPECT_EQ(found("xyz"), "none");
  EXPECT_EQ(found(""), "none");
  EXPECT_EQ(TokenFinder().find("ab", 0).id, -1);
  EXPECT_EQ(TokenFinder({{"a", 1}, {"a", 2}}).find(std::string_view("a\0\0", 3), 0).id, 2);
}

TEST(SentencePiece, RefusesPartsThatDoNotFit) {
  const TokenizerParts good = sentencepiece_parts(kPieces, {});
  EXPECT_EQ(sp_refusal(good), "");
  const auto with = [&](auto change) {
    TokenizerParts parts = good;
    change(parts, parts.sentencepiece);
    return sp_refusal(parts);
  };
  using Parts = TokenizerParts&;
  using Rules = SentencePieceRules&;
  EXPECT_EQ(with([](Parts, Rules rules) { rules.bytes.pop_back(); }),
            "255 of the 256 bytes have tokens; all or none must have one");
  EXPECT_EQ(with([](Parts, Rules rules) { std::swap(rules.bytes[0], rules.bytes[1]); }),
            "the token 4 does not stand for the byte 0x00");
  EXPECT_EQ(with([](Parts parts, Rules) { parts.pieces[260] = "\xff"; }),
            "the piece 260 is not UTF-8");
  EXPECT_EQ(with([](Parts parts, Rules) { parts.pieces[260] = "\u2581x"; }),
            "the piece 260 holds U+2581, which stands for a space");
  EXPECT_EQ(with([](Parts parts, Rules) { parts.pieces[260] = "b"; }),
            "the ids 260 and 261 have the same piece");
  EXPECT_EQ(with([](Parts parts, Rules) { parts.pieces[260] = "<0x41>"; }),
            "the ids 68 and 260 have the same piece");
  EXPECT_EQ(with([](Parts parts, Rules) { parts.pieces.emplace_back(); }),
            "no piece has the id 280");
  EXPECT_EQ(with([](Parts, Rules rules) { rules.unknown = 260; }),
            "the unknown token 260 is not a special token");
  EXPECT_EQ(with([](Parts, Rules rules) {
              rules.fixed = {261, 260};
            }),
            "the fixed piece 260 is no piece, or is not behind 261");
  EXPECT_EQ(with([](Parts, Rules rules) { rules.fixed = {2}; }),
            "the fixed piece 2 is no piece, or is not behind -1");
  EXPECT_NE(with([](Parts, Rules rules) {
              rules.split_at_spaces = true;
              rules.prefix_space = PrefixSpace::kAlways;
            }).find("does not go with splitting"),
            std::string::npos);
  EXPECT_NE(with([](Parts parts, Rules) { parts.ignore_merges = true; }).find("ignoring merges"),
            std::string::npos);
  EXPECT_EQ(with([](Parts parts, Rules) { parts.merges[0].left = 3 + 'a'; }),
            "merge 0 names 100, which is no piece");
  EXPECT_EQ(with([](Parts parts, Rules) { parts.kind = TokenizerKind::kByteLevel; }),
            "a byte-level tokenizer has no rules of SentencePiece");

  TokenizerParts lost = parts_without_bytes(false);
  lost.sentencepiece.unknown = -1;
  EXPECT_NE(sp_refusal(lost).find("not every text could be encoded"), std::string::npos);
  TokenizerParts spaceless = parts_without_bytes(false);
  spaceless.pieces[1] = "q";
  EXPECT_EQ(sp_refusal(spaceless), "the space has no piece");
}

}  // namespace glass::data
