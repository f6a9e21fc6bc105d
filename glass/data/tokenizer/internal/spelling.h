// How SentencePiece spells pieces: a space is U+2581, a byte that has no character is "<0x0A>".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glass::data {

inline constexpr char32_t kSpaceMark = 0x2581;
inline constexpr std::string_view kSpelledSpace = "\u2581";

// `text` with U+2581 for spaces, and back.
std::string with_marks(std::string_view text);
std::string with_spaces(std::string_view spelled);

// "<0x00>" to "<0xFF>", upper case, and back; nullopt for any other piece.
std::string spell_byte(uint8_t byte);
std::optional<uint8_t> read_byte(std::string_view spelled);

}  // namespace glass::data
