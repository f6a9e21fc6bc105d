// The byte alphabet of GPT-2: a printable stand-in character for each byte, and the order of the
// bytes by their stand-ins, in which they open a vocabulary.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glass::data {

// `!`..`~`, U+00A1..U+00AC and U+00AE..U+00FF stand for themselves; the 68 other bytes, in
// ascending order, are U+0100 and on.
char32_t stand_in(uint8_t byte);

// The bytes in the order of their stand-ins: `!` is the first, 0xAD the last.
const std::array<uint8_t, 256>& alphabet();

// A piece as a tokenizer.json spells it, in UTF-8.
std::string spell_piece(std::string_view bytes);

// nullopt if a character is no stand-in.
std::optional<std::string> read_piece(std::string_view spelled);

}  // namespace glass::data
