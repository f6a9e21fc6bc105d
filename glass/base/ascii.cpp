#include "glass/base/ascii.h"

#include <algorithm>
#include <charconv>

namespace glass {

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_lower(c);
  return out;
}

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_upper(c);
  return out;
}

std::vector<std::string_view> split_words(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    const size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

std::optional<uint64_t> parse_decimal(std::string_view digits) {
  uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [read_to, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || read_to != end) return std::nullopt;
  return value;
}

std::optional<int64_t> parse_count(std::string_view digits) {
  const auto number = parse_decimal(digits);
  if (!number || *number > INT64_MAX || (digits.starts_with('0') && digits.size() > 1))
    return std::nullopt;
  return static_cast<int64_t>(*number);
}

}  // namespace glass
