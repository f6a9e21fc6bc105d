// A vocabulary of llama2.c is refused with a message, or what it gives can be written and read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/data/tokenizer/llama2c_vocabulary.h"
#include "glass/data/tokenizer/tokenizer.h"

using namespace glass::data;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto parts = parse_llama2c_vocabulary({data, size});
  if (!parts) {
    GLASS_CHECK(!parts.error().message.empty());
    return 0;
  }
  const auto tokenizer = Tokenizer::make(std::move(*parts));
  if (!tokenizer) return 0;  // double pieces, or such that are no text
  const auto again = Tokenizer::from_json(tokenizer->to_json(), "fuzz");
  GLASS_CHECK(again && again->parts() == tokenizer->parts());
  const std::string text = "Any text, 123 of it.\n";
  std::vector<TokenId> ids;
  tokenizer->encode(text, ids);
  GLASS_CHECK(tokenizer->decode(ids) == text);
  return 0;
}
