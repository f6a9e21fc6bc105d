// What a Tokenizer knows, arranged for looking up.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "glass/data/tokenizer/internal/characters.h"
#include "glass/data/tokenizer/internal/pair_map.h"
#include "glass/data/tokenizer/internal/token_finder.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

struct TokenizerTables {
  TokenizerParts parts;
  std::array<TokenId, 256> byte_ids{};  // of a byte-level tokenizer
  Characters characters;                // of a SentencePiece tokenizer
  TokenFinder fixed, special_and_fixed;
  PairMap<uint32_t> ranks;    // of the merges, by the pair they join
  std::vector<bool> special;  // by id
  TokenId end_of_text = -1;
  // Pieces that are neither special nor tokens of bytes, by their bytes; views into `parts`.
  std::unordered_map<std::string_view, TokenId> ids;
};

}  // namespace glass::data
