// Words: what the values of a closed enum are called in settings and events. One table per enum, in
// the order of its values.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "glass/base/check.h"
#include "glass/settings/fields.h"

namespace glass::institution {

template <typename Enum, size_t N>
std::string_view word_of(const std::array<std::string_view, N>& words, Enum value) {
  const auto index = static_cast<size_t>(value);
  GLASS_CHECK(index < N);
  return words[index];
}

template <typename Enum, size_t N>
std::optional<Enum> value_of(const std::array<std::string_view, N>& words, std::string_view word) {
  const auto* at = std::ranges::find(words, word);
  if (at == words.end()) return std::nullopt;
  return static_cast<Enum>(at - words.begin());
}

// A field that holds a value by its word.
template <typename Enum, size_t N>
void describe_word(settings::FieldVisitor& fields, std::string_view key, Enum& value,
                   const std::array<std::string_view, N>& words, std::string_view help) {
  std::string word(word_of(words, value));
  fields.choice(key, word, words, help);
  value = value_of<Enum>(words, word).value_or(value);
}

}  // namespace glass::institution
