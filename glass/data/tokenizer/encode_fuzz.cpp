// Any bytes are cut into words, encoded and decoded without loss, and a special token never appears
// by itself.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/data/tokenizer/trainer.h"
#include "glass/data/tokenizer/utf8_stream.h"

using namespace glass;
using namespace glass::data;

namespace {

Tokenizer make_tokenizer() {
  SerialParallel serial;
  const std::vector<std::string_view> documents = {
      "the cat sat on the mat; don't  stop 12345\n\n\u6f22\u5b57 aaaaaaaaaaaa \xff\xfe"};
  auto trained = train_tokenizer(documents, {.vocabulary_size = 320}, serial);
  GLASS_CHECK(trained.has_value());
  return std::move(trained->tokenizer);
}

// Llama 2's rules, bytes and few pieces: every other character falls back to its bytes.
Tokenizer make_sentencepiece() {
  TokenizerParts parts;
  parts.kind = TokenizerKind::kSentencePiece;
  parts.sentencepiece = {.prefix_space = PrefixSpace::kAlways, .strip_space = true};
  for (int byte = 0; byte < 256; ++byte) {
    parts.sentencepiece.bytes.push_back(byte);
    parts.pieces.emplace_back(1, static_cast<char>(byte));
  }
  for (const char* piece :
       {" ", "a", "t", "h", "\u6f22", "aa", " t", "th", "  ", " th", "\n", "a "})
    parts.pieces.emplace_back(piece);
  parts.pieces.emplace_back("</s>");
  parts.special = {{.id = 268, .text = "</s>"}};
  parts.sentencepiece.fixed = {266};
  parts.merges = {{257, 257, 261}, {256, 258, 262}, {258, 259, 263}, {256, 256, 264},
                  {256, 263, 265}, {262, 259, 265}, {257, 256, 267}};
  auto tokenizer = Tokenizer::make(std::move(parts));
  GLASS_CHECK(tokenizer.has_value());
  return std::move(*tokenizer);
}

void check_sentencepiece(std::string_view text) {
  static const Tokenizer tokenizer = make_sentencepiece();
  std::vector<TokenId> ids;
  tokenizer.encode(text, ids);
  GLASS_CHECK(std::ranges::count(ids, tokenizer.end_of_text()) == 0);
  // A space before every stretch between fixed pieces, of which only the first is taken away.
  std::string expected;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool starts = at > 0 && text[at - 1] == '\n' && text[at] != '\n';
    if (starts) expected += ' ';
    if (text.substr(at).starts_with("\u2581")) {
      expected += ' ';
      at += 2;
    } else {
      expected += text[at];
    }
  }
  GLASS_CHECK(tokenizer.decode(ids) == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Tokenizer tokenizer = make_tokenizer();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<TokenId> ids;
  tokenizer.encode(text, ids);
  GLASS_CHECK(tokenizer.decode(ids) == text);
  GLASS_CHECK(std::ranges::count(ids, tokenizer.end_of_text()) == 0);

  check_sentencepiece(text);

  std::vector<TokenId> in_two;
  const size_t cut = safe_cut(text, size / 2);
  tokenizer.encode(text.substr(0, cut), in_two);
  tokenizer.encode(text.substr(cut), in_two);
  GLASS_CHECK(in_two == ids);

  Utf8Stream stream;
  stream.push(text);
  stream.finish();
  return 0;
}
