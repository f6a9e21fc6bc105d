#include "glass/institution/review/name_ratio.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/ascii.h"
#include "glass/base/utf8.h"

namespace glass::institution {
namespace {

constexpr size_t kMostLetters = 200;

// U+00C0 to U+017F without accents. Capitals stand for two letters: A ae, I ij, O oe, S ss, T th.
constexpr char32_t kAccentedFirst = 0xC0;
constexpr std::string_view kAccented =
    "aaaaaaAceeeeiiiidnooooo.ouuuuyTS"
    "aaaaaaAceeeeiiiidnooooo.ouuuuyTy"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkk"
    "llllllllllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kAccented.size() == 0x180 - kAccentedFirst);

constexpr bool is_combining(char32_t c) {
  return c >= 0x300 && c <= 0x36F;
}

// Within a word, and no letter: apostrophes.
constexpr bool is_silent(char32_t c) {
  return c == '\'' || c == 0x2019 || c == 0x2BC || is_combining(c);
}

void append_plain(std::u32string& word, char plain) {
  switch (plain) {
    case 'A': word += U"ae"; return;
    case 'I': word += U"ij"; return;
    case 'O': word += U"oe"; return;
    case 'S': word += U"ss"; return;
    case 'T': word += U"th"; return;
    default: word += static_cast<char32_t>(plain);
  }
}

// False if the character parts words.
bool append_folded(std::u32string& word, char32_t c) {
  if (c < 0x80) {
    const char ascii = static_cast<char>(c);
    if (!is_letter(ascii) && !is_digit(ascii)) return false;
    word += static_cast<char32_t>(to_lower(ascii));
    return true;
  }
  if (c < kAccentedFirst) return false;  // punctuation and signs of Latin-1
  if (c < kAccentedFirst + kAccented.size()) {
    const char plain = kAccented[c - kAccentedFirst];
    if (plain == '.') return false;
    append_plain(word, plain);
    return true;
  }
  if (c >= 0x2000 && c <= 0x206F) return false;  // general punctuation
  if (c == 0x3000) return false;                 // ideographic space
  const bool is_greek_capital = c >= 0x391 && c <= 0x3A9;
  const bool is_cyrillic_capital = c >= 0x410 && c <= 0x42F;
  if (is_greek_capital || is_cyrillic_capital)
    c += 0x20;
  else if (c >= 0x400 && c <= 0x40F)
    c += 0x50;
  word += c;
  return true;
}

std::vector<std::u32string> words_of(std::string_view name) {
  std::vector<std::u32string> words(1);
  while (!name.empty()) {
    const Utf8Step step = decode_utf8(name);
    name.remove_prefix(std::max<size_t>(step.size, 1));
    if (step.size > 0 && is_silent(step.code_point)) continue;
    if (step.size == 0 || !append_folded(words.back(), step.code_point)) words.emplace_back();
  }
  std::erase_if(words, [](const std::u32string& word) { return word.empty(); });
  return words;
}

int64_t longest_common_subsequence(std::u32string_view a, std::u32string_view b) {
  std::vector<int64_t> above(b.size() + 1), row(b.size() + 1);
  for (const char32_t c : a) {
    for (size_t j = 0; j < b.size(); ++j)
      row[j + 1] = c == b[j] ? above[j] + 1 : std::max(above[j + 1], row[j]);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::u32string folded_name(std::string_view name) {
  std::vector<std::u32string> words = words_of(name);
  std::ranges::sort(words);
  std::u32string folded;
  for (const std::u32string& word : words) {
    if (!folded.empty()) folded += U' ';
    folded += word;
  }
  if (folded.size() > kMostLetters) folded.resize(kMostLetters);
  return folded;
}

NameRatio name_ratio(std::u32string_view a, std::u32string_view b) {
  return {2 * longest_common_subsequence(a, b), static_cast<int64_t>(a.size() + b.size())};
}

}  // namespace glass::institution
