// Characters: the units of a SentencePiece tokenizer, and the places where no merge joins them.
//
// Merging takes the whole text as one word. Between two characters that are neighbours in no piece
// that a merge gives, no token can ever reach across, so the text falls there into parts that merge
// on their own: the ids are the same, and parts that come again can be remembered.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "glass/data/tokenizer/internal/pair_map.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

class Characters {
 public:
  Characters() = default;  // of a tokenizer of another kind

  // REQUIRES: parts of a SentencePiece tokenizer that fit (Tokenizer::make).
  explicit Characters(const TokenizerParts& parts);

  // The end of the part that begins at `begin`. REQUIRES: begin < text.size(), a part's start.
  [[nodiscard]] size_t part_end(std::string_view text, size_t begin) const;

  // Whether a merge may join a space with the start of `text`, which is not empty.
  [[nodiscard]] bool joins_space(std::string_view text) const;

  // Appends the ids from which merging starts: those of the characters that are pieces; of others
  // the tokens of their bytes or the unknown token.
  void append_ids(std::string_view part, std::vector<TokenId>& out) const;

  // Whether `text` begins with a space or with U+2581, which stands for one.
  [[nodiscard]] static bool begins_with_space(std::string_view text);

 private:
  [[nodiscard]] TokenId id_of(char32_t character) const;
  [[nodiscard]] bool join(char32_t left, char32_t right) const;
  void add_neighbours(std::string_view piece, bool split_at_spaces);

  static constexpr size_t kAscii = 128;
  std::array<TokenId, kAscii> ascii_ids_{};  // -1 where a character is no piece
  std::unordered_map<char32_t, TokenId> ids_;
  std::bitset<kAscii * kAscii> ascii_neighbours_;
  PairMap<uint8_t> neighbours_;  // the others, by their characters; the value says nothing
  std::vector<TokenId> bytes_;   // of the 256 bytes, or empty
  TokenId unknown_ = -1;
};

}  // namespace glass::data
