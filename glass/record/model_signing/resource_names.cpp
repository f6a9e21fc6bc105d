#include "glass/record/model_signing/internal/resource_names.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/ascii.h"

namespace glass::record {
namespace {

// Decimal digits without a sign or a zero before them.
std::optional<uint64_t> offset_of(std::string_view text) {
  if (text.empty() || !is_digit(text[0]) || (text.size() > 1 && text[0] == '0')) return {};
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace

Result<Part> part_of(std::string_view name) {
  const auto refuse = [&] {
    return invalid_input(fmt::format("\"{}\" is no part of a file, \"path:begin:end\"", name));
  };
  const size_t second = name.rfind(':');
  if (second == std::string_view::npos || second == 0) return refuse();
  const size_t first = name.rfind(':', second - 1);
  if (first == std::string_view::npos) return refuse();
  const auto begin = offset_of(name.substr(first + 1, second - first - 1));
  const auto end = offset_of(name.substr(second + 1));
  if (!begin || !end || *begin >= *end) return refuse();
  return Part{.file = std::string(name.substr(0, first)), .begin = *begin, .end = *end};
}

}  // namespace glass::record
