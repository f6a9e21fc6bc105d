#include "glass/data/tokenizer/internal/spelling.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace glass::data {

namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (size_t at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
    out.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
  }
  return out.append(text);
}

}  // namespace

std::string with_marks(std::string_view text) {
  return replaced(text, " ", kSpelledSpace);
}

std::string with_spaces(std::string_view spelled) {
  return replaced(spelled, kSpelledSpace, " ");
}

std::string spell_byte(uint8_t byte) {
  return fmt::format("<0x{:02X}>", byte);
}

std::optional<uint8_t> read_byte(std::string_view spelled) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (spelled.size() != 6 || !spelled.starts_with("<0x") || spelled[5] != '>') return std::nullopt;
  const size_t high = kDigits.find(spelled[3]), low = kDigits.find(spelled[4]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return static_cast<uint8_t>(16 * high + low);
}

}  // namespace glass::data
