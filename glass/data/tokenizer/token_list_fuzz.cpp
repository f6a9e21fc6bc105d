// A list is refused with a message, or its tokenizer encodes any text and its own list says the
// same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/check.h"
#include "glass/data/tokenizer/token_list.h"

using namespace glass::data;

namespace {

// The tokens of bytes, then lines "TYPE SCORE TOKEN" as the input has them.
TokenList list_from(std::string_view text) {
  TokenList list{.kind = TokenizerKind::kSentencePiece};
  list.space_prefix = !text.starts_with('-');
  for (int byte = 0; byte < 256; ++byte) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    list.tokens.push_back(std::string("<0x") + kDigits[static_cast<size_t>(byte / 16)] +
                          kDigits[static_cast<size_t>(byte % 16)] + ">");
    list.types.push_back(TokenType::kByte);
    list.scores.push_back(0);
  }
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() < 3) continue;
    list.types.push_back(static_cast<TokenType>(1 + static_cast<uint8_t>(line[0]) % 6));
    list.scores.push_back(-static_cast<float>(static_cast<uint8_t>(line[1])));
    list.tokens.emplace_back(line.substr(2));
  }
  return list;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto tokenizer = tokenizer_from(list_from(text));
  if (!tokenizer) {
    GLASS_CHECK(!tokenizer.error().message.empty());
    return 0;
  }
  std::vector<TokenId> ids, again_ids;
  tokenizer->encode(text, ids);
  const auto list = token_list(*tokenizer);
  if (!list) return 0;  // a special token and a piece that are spelled alike
  const auto again = tokenizer_from(*list);
  GLASS_CHECK(again.has_value());
  again->encode(text, again_ids);
  GLASS_CHECK(again_ids == ids);
  return 0;
}
