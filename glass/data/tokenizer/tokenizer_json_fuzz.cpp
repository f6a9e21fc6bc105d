// A tokenizer.json is refused with a message, or what it gives survives being written and read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/check.h"
#include "glass/data/tokenizer/tokenizer.h"

using namespace glass::data;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const auto tokenizer = Tokenizer::from_json(json, "fuzz");
  if (!tokenizer) {
    GLASS_CHECK(!tokenizer.error().message.empty());
    return 0;
  }
  const auto again = Tokenizer::from_json(tokenizer->to_json(), "fuzz");
  GLASS_CHECK(again && again->parts() == tokenizer->parts());
  const std::string text = "Any text, 123 of it.\n";
  std::vector<TokenId> ids;
  tokenizer->encode(text, ids);
  // Rules of SentencePiece may lose something, but never lead out of the vocabulary.
  const bool exact = tokenizer->parts().kind == TokenizerKind::kByteLevel;
  GLASS_CHECK(!exact || tokenizer->decode(ids) == text);
  for (const TokenId id : ids) GLASS_CHECK(!tokenizer->piece(id).empty());
  GLASS_CHECK(tokenizer->text_lengths().size() ==
              static_cast<size_t>(tokenizer->vocabulary_size()));
  return 0;
}
