#include "glass/data/tokenizer/llama2c_vocabulary.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/test_support.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/testkit/test_files.h"

namespace glass::data {

namespace {

struct Scored {
  float score;
  std::string text;
};

// The tokens that every vocabulary begins with, then `pieces`.
std::vector<Scored> vocabulary_with(const std::vector<Scored>& pieces) {
  std::vector<Scored> all = {{0, "<unk>"}, {0, "\n<s>\n"}, {0, "\n</s>\n"}};
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (size_t byte = 0; byte < 256; ++byte)
    all.push_back({0, std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">"});
  all.insert(all.end(), pieces.begin(), pieces.end());
  return all;
}

Bytes file_of(const std::vector<Scored>& pieces) {
  Bytes file;
  append_little_endian<uint32_t>(file, 10);
  for (const Scored& piece : pieces) {
    append_little_endian(file, piece.score);
    append_little_endian(file, static_cast<uint32_t>(piece.text.size()));
    const ByteView bytes = as_bytes(piece.text);
    file.insert(file.end(), bytes.begin(), bytes.end());
  }
  return file;
}

Bytes read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The pieces of a file, read as its format says, by code of its own.
std::vector<Scored> pieces_in(const Bytes& file) {
  std::vector<Scored> pieces;
  for (size_t at = 4; at < file.size();) {
    const auto size = load_little_endian<uint32_t>(file.data() + at + 4);
    pieces.push_back({load_little_endian<float>(file.data() + at),
                      std::string(as_text(ByteView(file).subspan(at + 8, size)))});
    at += 8 + size;
  }
  return pieces;
}

// As llama2.c's run.c encodes, without <s>: the definition that ids are held to. UTF-8 only.
std::vector<TokenId> encode_as_llama2c(const std::vector<Scored>& pieces, std::string_view text) {
  const auto find = [&](const std::string& piece) -> std::optional<TokenId> {
    const auto at = std::ranges::find(pieces, piece, &Scored::text);
    if (at == pieces.end()) return std::nullopt;
    return static_cast<TokenId>(at - pieces.begin());
  };
  std::vector<TokenId> ids;
  if (!text.empty()) ids.push_back(find(" ").value());
  for (size_t at = 0; at < text.size();) {
    size_t size = 1;
    while (at + size < text.size() && (static_cast<uint8_t>(text[at + size]) & 0xC0U) == 0x80)
      ++size;
    const std::string character(text.substr(at, size));
    if (const auto id = find(character))
      ids.push_back(*id);
    else
      for (const char byte : character) ids.push_back(3 + static_cast<uint8_t>(byte));
    at += size;
  }
  for (;;) {
    float best_score = -1e10F;
    std::optional<TokenId> best;
    size_t best_at = 0;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      const auto id = find(pieces[static_cast<size_t>(ids[i])].text +
                           pieces[static_cast<size_t>(ids[i + 1])].text);
      if (!id || !(pieces[static_cast<size_t>(*id)].score > best_score)) continue;
      best_score = pieces[static_cast<size_t>(*id)].score;
      best = id;
      best_at = i;
    }
    if (!best) return ids;
    ids[best_at] = *best;
    ids.erase(ids.begin() + static_cast<ptrdiff_t>(best_at) + 1);
  }
}

Tokenizer read_vocabulary(const Bytes& file) {
  auto parts = parse_llama2c_vocabulary(file);
  EXPECT_TRUE(parts.has_value()) << parts.error().message;
  auto tokenizer = Tokenizer::make(std::move(*parts));
  EXPECT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  return std::move(*tokenizer);
}

std::string vocabulary_refusal(const Bytes& file) {
  const auto parts = parse_llama2c_vocabulary(file);
  return parts ? std::string() : parts.error().message;
}

}  // namespace

TEST(Llama2cVocabulary, TheHighestScoreIsJoinedFirst) {
  const Tokenizer tokenizer = read_vocabulary(file_of(vocabulary_with(
      {{-4, " "}, {-5, "a"}, {-6, "b"}, {-7, "c"}, {-2, "ab"}, {-1, "bc"}, {-3, " a"}})));
  EXPECT_EQ(encode(tokenizer, "abc"), (std::vector<TokenId>{265, 264}));
  EXPECT_EQ(tokenizer.decode(encode(tokenizer, "abc\n")), "abc\n");
  EXPECT_EQ(tokenizer.piece(3 + 10), "\n");
  EXPECT_EQ(tokenizer.piece(1), "<s>");
  EXPECT_EQ(tokenizer.end_of_text(), 2);
  EXPECT_EQ(tokenizer.parts().prefix, (std::vector<TokenId>{1}));
}

TEST(Llama2cVocabulary, WaysToAPieceThatOverlapGoAsInLlama2c) {
  const std::vector<Scored> pieces = vocabulary_with({{-10, " "},
                                                      {-11, "a"},
                                                      {-12, "b"},
                                                      {-13, "c"},
                                                      {-1, "abc"},
                                                      {-2, "ab"},
                                                      {-3, "ba"},
                                                      {-4, "aba"},
                                                      {-5, "ababa"}});
  const Tokenizer tokenizer = read_vocabulary(file_of(pieces));
  for (const std::string text : {"abaaba", "ababa", "abaabacaba", "baaba", "babab"})
    EXPECT_EQ(encode(tokenizer, text), encode_as_llama2c(pieces, text)) << text;
}

RC_GTEST_PROP(Llama2cVocabulary, EncodesAnyLettersAsLlama2c, ()) {
  // Pieces as training finds them: each joins two earlier ones.
  std::vector<std::string> names = {" ", "a", "b", "c"};
  for (int round = 0; round < 20; ++round) {
    const size_t left = *rc::gen::inRange<size_t>(0, names.size());
    const std::string piece = names[left] + names[*rc::gen::inRange<size_t>(0, names.size())];
    if (piece.size() <= 12 && std::ranges::find(names, piece) == names.end())
      names.push_back(piece);
  }
  std::vector<Scored> pieces;
  for (const std::string& name : names)
    pieces.push_back({-static_cast<float>(pieces.size()), name});
  pieces = vocabulary_with(pieces);
  const Tokenizer tokenizer = read_vocabulary(file_of(pieces));
  const auto text = *rc::gen::container<std::string>(
      *rc::gen::inRange<size_t>(0, 60), rc::gen::elementOf(std::string("aaabbbcc d\n")));
  RC_ASSERT(encode(tokenizer, text) == encode_as_llama2c(pieces, text));
}

TEST(Llama2cVocabulary, EncodesAsLlama2cWithTheVocabularyOfStories260K) {
  const std::filesystem::path path = testkit::shared_file("assets/models/stories260K/tok512.bin");
  GLASS_SKIP_WITHOUT(path);
  const Bytes file = read_bytes(path);
  const std::vector<Scored> pieces = pieces_in(file);
  const Tokenizer tokenizer = read_vocabulary(file);
  const auto again = Tokenizer::from_json(tokenizer.to_json(), "tokenizer.json");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->parts(), tokenizer.parts());
  for (const std::string& text :
       {std::string("Once upon a time, there was a little girl named Lily."),
        std::string("  She said:\n\"I'm   sooooo happy!\"\n\n"), mixed_text(),
        std::string(100, 'o') + std::string(50, ' ') + std::string(33, '.')}) {
    EXPECT_EQ(encode(tokenizer, text), encode_as_llama2c(pieces, text));
    EXPECT_EQ(tokenizer.decode(encode(*again, text)), text);
  }
}

TEST(Llama2cVocabulary, DecodesWhatStories260KWrites) {
  const std::filesystem::path folder = testkit::shared_file("assets/models/stories260K");
  GLASS_SKIP_WITHOUT(folder);
  const Tokenizer tokenizer = read_vocabulary(read_bytes(folder / "tok512.bin"));
  const Bytes text = read_bytes(folder / "greedy_200.txt");
  const auto json = parse_json(as_text(read_bytes(folder / "greedy_200.json")));
  ASSERT_TRUE(json.has_value());
  std::vector<TokenId> ids;
  for (const Json& id : *json->find("tokens")->if_array())
    ids.push_back(static_cast<TokenId>(*id.if_int()));
  EXPECT_EQ(tokenizer.decode(ids), as_text(text));
}

TEST(Llama2cVocabulary, RefusesWhatItCannotHonour) {
  const std::vector<Scored> good = vocabulary_with({{-1, " "}, {-2, "a"}, {-3, " a"}, {-4, "aa"}});
  EXPECT_EQ(vocabulary_refusal(file_of(good)), "");
  Bytes cut = file_of(good);
  cut.pop_back();
  EXPECT_EQ(vocabulary_refusal(cut), "not a llama2.c vocabulary: it is cut off at token 262");
  EXPECT_EQ(vocabulary_refusal({}), "not a llama2.c vocabulary: it is cut off at token 0");
  EXPECT_EQ(vocabulary_refusal(file_of({good.begin(), good.begin() + 100})),
            "not a llama2.c vocabulary: token 100 is not <0x61>");
  std::vector<Scored> other = good;
  other[1].text = "<b>";
  EXPECT_EQ(vocabulary_refusal(file_of(other)), "not a llama2.c vocabulary: token 1 is not <s>");
  std::vector<Scored> tied = good;
  tied[262].score = -3;
  EXPECT_EQ(vocabulary_refusal(file_of(tied)),
            "the pieces 261 and 262 have the same score, so neither comes before the other");
  std::vector<Scored> never = good;
  never[262].score = -1e10F;  // llama2.c joins nothing to such a piece
  const Tokenizer tokenizer = read_vocabulary(file_of(never));
  EXPECT_EQ(encode(tokenizer, "aa"), (std::vector<TokenId>{261, 260}));
}

}  // namespace glass::data
