// WordMerger: applies the merges to the units of one word, its bytes or characters, lowest rank
// first, leftmost first.
//
// Short words by scanning for the lowest rank, long ones with a heap: O(n log n) whatever the word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/data/tokenizer/internal/tables.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

// Not thread-safe: it keeps its memory between words.
class WordMerger {
 public:
  explicit WordMerger(const TokenizerTables& tables) : tables_(&tables) {}

  // Appends the ids of the word. REQUIRES: fewer than 2^32 - 1 units.
  void merge(std::string_view word, std::vector<TokenId>& out);

 private:
  [[nodiscard]] uint32_t rank_of(TokenId left, TokenId right) const;
  void merge_short(std::vector<TokenId>& out);
  void merge_long(std::vector<TokenId>& out);
  void start_long();
  void offer(uint32_t at);

  const TokenizerTables* tables_;
  std::vector<TokenId> units_;

  // Of merge_long. A token lives at the position of its first byte.
  struct Symbol {
    TokenId id;
    uint32_t rank;            // of joining it with the next one; kNoRank if they do not join
    uint32_t previous, next;  // positions; kNowhere at the ends
  };

  std::vector<Symbol> symbols_;
  std::vector<uint64_t> queue_;  // rank << 32 | position, a min-heap; entries may be stale
};

}  // namespace glass::data
