#include "glass/data/tokenizer/internal/token_finder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/check.h"

namespace glass::data {

TokenFinder::TokenFinder(std::vector<std::pair<std::string, TokenId>> tokens)
    : tokens_(std::move(tokens)) {
  std::ranges::sort(tokens_);  // std::string orders by bytes, read as unsigned
  for (const auto& [text, id] : tokens_) {
    GLASS_CHECK(!text.empty());
    ++starts_[static_cast<size_t>(static_cast<uint8_t>(text.front())) + 1];
  }
  for (size_t byte = 0; byte < 256; ++byte) starts_[byte + 1] += starts_[byte];
}

// Narrows the tokens byte by byte to those that the text begins with.
TokenFinder::Found TokenFinder::longest_at(std::string_view text, size_t at) const {
  Found found;
  const size_t first = static_cast<uint8_t>(text[at]);
  auto begin = tokens_.begin() + starts_[first], end = tokens_.begin() + starts_[first + 1];
  for (size_t depth = 1; begin != end; ++depth) {
    while (begin != end && begin->first.size() == depth) {  // the shortest come first
      found = {.at = at, .size = depth, .id = begin->second};
      ++begin;
    }
    if (at + depth == text.size()) break;
    const auto byte = static_cast<uint8_t>(text[at + depth]);
    const auto narrowed = std::ranges::equal_range(begin, end, byte, {}, [&](const auto& token) {
      return static_cast<uint8_t>(token.first[depth]);
    });
    begin = narrowed.begin();
    end = narrowed.end();
  }
  return found;
}

TokenFinder::Found TokenFinder::find(std::string_view text, size_t from) const {
  if (tokens_.empty()) return {};
  for (size_t at = from; at < text.size(); ++at) {
    const size_t byte = static_cast<uint8_t>(text[at]);
    if (starts_[byte] == starts_[byte + 1]) continue;
    const Found found = longest_at(text, at);
    if (found.id >= 0) return found;
  }
  return {};
}

}  // namespace glass::data
