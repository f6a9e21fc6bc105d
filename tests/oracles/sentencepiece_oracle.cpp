// Writes what sentencepiece.mjs compares with other people's tokenizers.
//
// usage: sentencepiece_oracle SOURCE_ROOT VOCABULARY OUT_FOLDER
//
// VOCABULARY is in llama2.c's format. For the tokenizer that it is, and for variants with the other
// rules that a tokenizer.json may name:
// - NAME.json: the tokenizer
// - NAME.jsonl: texts, their ids (special tokens taken out) and what decoding these gives
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/philox.h"
#include "glass/base/utf8.h"
#include "glass/data/tokenizer/llama2c_vocabulary.h"
#include "glass/data/tokenizer/test_support.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace fs = std::filesystem;
using namespace glass;
using namespace glass::data;

namespace {

std::string read_all(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> documents(const fs::path& root) {
  std::vector<fs::path> paths;
  for (const char* folder : {"docs", "glass/base"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const fs::path extension = entry.path().extension();
      if (extension == ".h" || extension == ".md") paths.push_back(entry.path());
    }
  }
  std::ranges::sort(paths);
  std::vector<std::string> texts;
  for (const fs::path& path : paths) texts.push_back(read_all(path));
  texts.push_back(mixed_text());
  return texts;
}

void add_lines(std::vector<std::string>& texts) {
  const size_t whole = texts.size();
  for (size_t i = 0; i < whole; ++i) {
    const std::string text = texts[i];
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      if (end > at) texts.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }
}

// Runs of spaces, marks of spaces, special and fixed tokens, scripts, characters without a piece.
void add_random_texts(std::vector<std::string>& texts) {
  const std::vector<std::string> pool = {" ",           " ",      "  ",
                                         "   ",         "\n",     "\n\n",
                                         "\t",          "\u2581", "\u2581",
                                         "a",           "e",      "the",
                                         "ing",         "The",    "tokens",
                                         "...",         "=====",  "--",
                                         "1",           "2026",   "(",
                                         "{}",          "\u00e9", "e\u0301",
                                         "\u0436",      "\u6f22", "\ud55c",
                                         "\U0001F600",  "\ue000", "<s>",
                                         "</s>",        "<unk>",  "<0x0A>",
                                         "<0x",         "<",      "s>",
                                         "\u00a0",      "\u3000", "<end_of_turn>",
                                         "\u0928\u094d"};
  for (uint64_t i = 0; i < 3000; ++i) {
    std::string text;
    const uint64_t pieces = 1 + random_below(1, Purpose::kSampling, i, 0, 24);
    for (uint64_t at = 1; at <= pieces; ++at)
      text += pool[random_below(1, Purpose::kSampling, i, at, pool.size())];
    texts.push_back(text);
  }
  texts.push_back(std::string(5000, 'a'));
  texts.push_back(std::string(777, ' ') + std::string(333, '.') + std::string(100, ' '));
}

// The same pieces without tokens of bytes.
TokenizerParts without_bytes(TokenizerParts parts, bool fuse_unknown) {
  const auto first = static_cast<TokenId>(parts.special.size());
  const auto moved = [&](TokenId id) { return id - 256; };
  parts.pieces.erase(parts.pieces.begin() + first, parts.pieces.begin() + first + 256);
  for (Merge& merge : parts.merges)
    merge = {.left = moved(merge.left), .right = moved(merge.right), .result = moved(merge.result)};
  parts.sentencepiece.bytes.clear();
  parts.sentencepiece.fuse_unknown = fuse_unknown;
  return parts;
}

// Nothing before a text, fixed pieces and one more special token.
TokenizerParts like_gemma(TokenizerParts parts) {
  SentencePieceRules& rules = parts.sentencepiece;
  rules.prefix_space = PrefixSpace::kNone;
  rules.strip_space = false;
  for (const char* piece : {"\n", "\n\n", "  "}) {
    const auto at = std::ranges::find(parts.pieces.begin() + 259, parts.pieces.end(), piece);
    rules.fixed.push_back(static_cast<TokenId>(at - parts.pieces.begin()));
    if (at == parts.pieces.end()) parts.pieces.emplace_back(piece);
  }
  std::ranges::sort(rules.fixed);
  parts.special.push_back(
      {.id = static_cast<TokenId>(parts.pieces.size()), .text = "<end_of_turn>"});
  parts.pieces.emplace_back("<end_of_turn>");
  return parts;
}

TokenizerParts with(TokenizerParts parts, PrefixSpace prefix, bool split) {
  parts.sentencepiece.prefix_space = prefix;
  parts.sentencepiece.split_at_spaces = split;
  return parts;
}

void write_variant(const fs::path& out, const std::string& name, TokenizerParts parts,
                   const std::vector<std::string>& texts) {
  auto tokenizer = Tokenizer::make(std::move(parts));
  GLASS_CHECK(tokenizer.has_value());
  std::ofstream(out / (name + ".json"), std::ios::binary) << tokenizer->to_json();
  std::ofstream cases(out / (name + ".jsonl"), std::ios::binary);
  for (const std::string& text : texts) {
    std::vector<TokenId> ids;
    tokenizer->encode_with_special(text, ids);
    cases << to_canonical(Json::Object{{"text", text},
                                       {"ids", Json::Array(ids.begin(), ids.end())},
                                       {"decoded", tokenizer->decode(ids)}})
          << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: sentencepiece_oracle SOURCE_ROOT VOCABULARY OUT_FOLDER\n");
    return 2;
  }
  const fs::path out = argv[3];
  const std::string file = read_all(argv[2]);
  const auto parts = parse_llama2c_vocabulary(as_bytes(file));
  if (!parts) {
    std::fprintf(stderr, "%s\n", parts.error().message.c_str());
    return 1;
  }
  std::vector<std::string> texts = documents(argv[1]);
  add_lines(texts);
  add_random_texts(texts);
  std::erase_if(texts, [](const std::string& text) { return !is_utf8(text); });
  write_variant(out, "llama", *parts, texts);
  write_variant(out, "gemma", like_gemma(*parts), texts);
  write_variant(out, "always", with(*parts, PrefixSpace::kMissing, false), texts);
  write_variant(out, "first", with(*parts, PrefixSpace::kMissingAtStart, false), texts);
  write_variant(out, "split", with(*parts, PrefixSpace::kMissing, true), texts);
  write_variant(out, "unknown", without_bytes(*parts, false), texts);
  write_variant(out, "fused", without_bytes(*parts, true), texts);
  return 0;
}
