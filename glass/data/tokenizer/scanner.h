// Scanner: cuts a text into words, the units within which BPE merges. Thread-safe.
//
// The rule is llama.cpp's `llama-bpe` pattern, alternatives tried in this order at each place:
//
//   '[sS] '[tT] '[rR][eE] '[vV][eE] '[mM] '[lL][lL] '[dD]   an English ending
//   [^\r\n\p{L}\p{N}]?\p{L}+                                 letters, with what stands before them
//   \p{N}{1,3}                                               up to three digits
//    ?[^\s\p{L}\p{N}]+[\r\n]*                                symbols and the line's end
//   \s*[\r\n]+                                               white space up to its last line break
//   \s+(?!\S)                                                white space, but for its last
//   character \s+
//
// \p{L}, \p{N} and \s (White_Space) are those of unicode_version(). Text that is not UTF-8 is cut
// too, losing nothing: a byte that does not begin a well-formed character counts as one symbol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glass::data {

// The pattern as one regular expression, with the endings spelled out: `(?i:'s|...)` would also
// match U+017F in some engines.
inline constexpr std::string_view kWordPattern =
    R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]))"
    R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

inline constexpr std::string_view kWordPatternName = "llama-bpe";

enum class CharClass : uint8_t { kSymbol, kLetter, kNumber, kSpace };

// REQUIRES: code_point <= 0x10FFFF.
CharClass char_class(char32_t code_point);

// Of the tables, as in "17.0". Part of a tokenizer's record: other versions have other letters.
std::string_view unicode_version();

// The end of the word that starts at `begin`. REQUIRES: begin < text.size(), a word's start.
size_t word_end(std::string_view text, size_t begin);

// The first place at or after `from` where a text may be cut without changing its words: behind a
// line break, before a character that is no white space. text.size() if there is none.
size_t safe_cut(std::string_view text, size_t from);

}  // namespace glass::data
