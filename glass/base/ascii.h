// ASCII: what readers of text formats ask of characters, the same in every locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glass {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

// The parts between spaces and tabs; none of them is empty.
std::vector<std::string_view> split_words(std::string_view line);

// The number that `digits` write: one digit or more and nothing else, below 2^64.
std::optional<uint64_t> parse_decimal(std::string_view digits);

// The same of a count below 2^63, in its one form: without leading zeros.
std::optional<int64_t> parse_count(std::string_view digits);

}  // namespace glass
