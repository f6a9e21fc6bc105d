// TokenFinder: finds in a text the tokens that are taken out of it before anything is merged.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

// Immutable, thread-safe. A search takes O(n log k) for k tokens at each place where one may start.
class TokenFinder {
 public:
  struct Found {
    size_t at = std::string_view::npos;  // npos: there is none
    size_t size = 0;
    TokenId id = -1;
  };

  TokenFinder() = default;

  // Of equal texts the one with the largest id is found. REQUIRES: no text is empty.
  explicit TokenFinder(std::vector<std::pair<std::string, TokenId>> tokens);

  // The first token at or after `from`, the longest of those that start there.
  [[nodiscard]] Found find(std::string_view text, size_t from) const;

 private:
  [[nodiscard]] Found longest_at(std::string_view text, size_t at) const;

  std::vector<std::pair<std::string, TokenId>> tokens_;  // by text
  // Those that begin with a byte: [starts_[byte], starts_[byte + 1]).
  std::array<uint32_t, 257> starts_{};
};

}  // namespace glass::data
