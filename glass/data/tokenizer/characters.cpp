#include "glass/data/tokenizer/internal/characters.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/base/utf8.h"
#include "glass/data/tokenizer/internal/spelling.h"

namespace glass::data {

namespace {

// A byte that begins no well-formed character. It is in no piece, so nothing joins it.
constexpr char32_t kNoCharacter = 0x110000;

struct Character {
  char32_t code;
  size_t size;
};

// The character at the start of `text`, which is not empty. U+2581 is the space it stands for.
Character first_character(std::string_view text) {
  const auto byte = static_cast<uint8_t>(text.front());
  if (byte < 0x80) return {.code = byte, .size = 1};
  const Utf8Step step = decode_utf8(text);
  if (step.size == 0) return {.code = kNoCharacter, .size = 1};
  return {.code = step.code_point == kSpaceMark ? U' ' : step.code_point, .size = step.size};
}

}  // namespace

Characters::Characters(const TokenizerParts& parts)
    : bytes_(parts.sentencepiece.bytes), unknown_(parts.sentencepiece.unknown) {
  ascii_ids_.fill(-1);
  std::vector<bool> taken(parts.pieces.size());  // by tokens that are no pieces
  for (const TokenId id : bytes_) taken[static_cast<size_t>(id)] = true;
  for (const SpecialToken& token : parts.special) taken[static_cast<size_t>(token.id)] = true;
  for (size_t id = 0; id < parts.pieces.size(); ++id) {
    const std::string_view piece = parts.pieces[id];
    const Character first = first_character(piece);
    if (taken[id] || first.size != piece.size()) continue;
    if (first.code < kAscii)
      ascii_ids_[first.code] = static_cast<TokenId>(id);
    else
      ids_.emplace(first.code, static_cast<TokenId>(id));
  }
  for (const Merge& merge : parts.merges)
    add_neighbours(parts.pieces[static_cast<size_t>(merge.result)],
                   parts.sentencepiece.split_at_spaces);
}

void Characters::add_neighbours(std::string_view piece, bool split_at_spaces) {
  char32_t left = kNoCharacter;
  while (!piece.empty()) {
    const Character right = first_character(piece);
    piece.remove_prefix(right.size);
    // Characters that are no pieces become bytes or unknown, which no merge joins.
    const bool joined = left != kNoCharacter && id_of(left) >= 0 && id_of(right.code) >= 0 &&
                        !(split_at_spaces && right.code == U' ');
    if (joined && left < kAscii && right.code < kAscii)
      ascii_neighbours_.set(left * kAscii + right.code);
    else if (joined)
      neighbours_.insert(static_cast<TokenId>(left), static_cast<TokenId>(right.code), 0);
    left = right.code;
  }
}

TokenId Characters::id_of(char32_t character) const {
  if (character < kAscii) return ascii_ids_[character];
  const auto at = ids_.find(character);
  return at == ids_.end() ? -1 : at->second;
}

bool Characters::join(char32_t left, char32_t right) const {
  if (left < kAscii && right < kAscii) return ascii_neighbours_[left * kAscii + right];
  return neighbours_.find(static_cast<TokenId>(left), static_cast<TokenId>(right)) != nullptr;
}

size_t Characters::part_end(std::string_view text, size_t begin) const {
  Character left = first_character(text.substr(begin));
  size_t at = begin + left.size;
  while (at < text.size()) {
    const Character right = first_character(text.substr(at));
    if (!join(left.code, right.code)) break;
    at += right.size;
    left = right;
  }
  return at;
}

bool Characters::joins_space(std::string_view text) const {
  return join(U' ', first_character(text).code);
}

bool Characters::begins_with_space(std::string_view text) {
  return !text.empty() && first_character(text).code == U' ';
}

void Characters::append_ids(std::string_view part, std::vector<TokenId>& out) const {
  while (!part.empty()) {
    const Character character = first_character(part);
    const TokenId id = id_of(character.code);
    if (id >= 0) {
      out.push_back(id);
    } else if (bytes_.empty()) {
      out.push_back(unknown_);
    } else {
      for (const char byte : part.substr(0, character.size))
        out.push_back(bytes_[static_cast<uint8_t>(byte)]);
    }
    part.remove_prefix(character.size);
  }
}

}  // namespace glass::data
