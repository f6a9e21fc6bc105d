// MergeFinder: the search for merges, with pair counts that are kept up to date.
//
// The distinct words lie one after the other in `ids_`, a border before, between and behind them. A
// token lives at the position of its first byte; its length stands at its first and its last byte,
// so both neighbours are found at once. What always holds between merges: the count of a pair is
// the sum, over its occurrences, of their words' counts, overlapping ones included; its positions
// are a superset of its occurrences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "glass/data/tokenizer/internal/pair_map.h"
#include "glass/data/tokenizer/internal/word_counts.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

class MergeFinder {
 public:
  // The words' bytes and one border per word must be fewer than this.
  static constexpr uint64_t kMostPositions = (uint64_t{1} << 32) - 1;

  explicit MergeFinder(const WordCounts& words);

  // Merges until there are `most_pieces` pieces or no pair occurs `min_count` times.
  void run(size_t most_pieces, int64_t min_count);

  [[nodiscard]] const std::vector<std::string>& pieces() const { return pieces_; }

  [[nodiscard]] const std::vector<Merge>& merges() const { return merges_; }

 private:
  struct Pair {
    TokenId left, right;
    int64_t count = 0;
    bool touched = false;  // its count has grown since the queue heard of it
    std::vector<uint32_t> positions = {};
  };

  struct Candidate {
    int64_t count;
    TokenId left, right;
    uint32_t pair;

    // Whether `other` is to be merged first.
    bool operator<(const Candidate& other) const;
  };

  uint32_t pair_index(TokenId left, TokenId right);
  void add_occurrence(TokenId left, TokenId right, uint32_t at, int64_t count);
  void remove_occurrence(TokenId left, TokenId right, int64_t count);
  void queue_touched();
  TokenId piece_of(const Pair& pair);
  void merge_pair(uint32_t index, TokenId result);
  void merge_at(uint32_t at, const Merge& merge);

  std::vector<TokenId> ids_;
  std::vector<uint32_t> lengths_;
  std::vector<uint32_t> words_;  // which word a position belongs to
  std::vector<int64_t> counts_;  // by word

  std::vector<Pair> pairs_;
  PairMap<uint32_t> index_;        // into pairs_
  std::vector<uint32_t> touched_;  // pairs
  std::priority_queue<Candidate> queue_;

  std::vector<std::string> pieces_;
  std::unordered_map<std::string, TokenId> piece_ids_;
  std::vector<Merge> merges_;
};

}  // namespace glass::data
