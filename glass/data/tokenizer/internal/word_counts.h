// WordCounts: how often each distinct word of a corpus occurs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "glass/base/parallel.h"

namespace glass::data {

// Open addressing; the bytes of the words lie one after the other in one string. One thread.
class WordCounts {
 public:
  struct Word {
    uint64_t count = 0;  // 0 marks an empty slot
    uint64_t hash = 0;
    size_t begin = 0, length = 0;  // in the string
  };

  WordCounts();

  // The hash must be hash_bytes(word).
  void add(std::string_view word, uint64_t hash, uint64_t count);

  // Adds every word of a text.
  void add_text(std::string_view text);
  void add(const WordCounts& other);

  [[nodiscard]] size_t distinct() const { return distinct_; }

  [[nodiscard]] uint64_t total() const { return total_; }

  [[nodiscard]] size_t bytes() const { return bytes_.size(); }  // of the distinct words

  // Calls visit(word, count) for each word, in no particular order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const Word& word : slots_)
      if (word.count > 0) visit(text(word), word.count);
  }

 private:
  [[nodiscard]] std::string_view text(const Word& word) const {
    return {bytes_.data() + word.begin, word.length};
  }

  void grow();

  std::vector<Word> slots_;  // a power of two of them, at least half of them empty
  std::vector<char> bytes_;
  size_t distinct_ = 0;
  uint64_t total_ = 0;
};

// Counts in parallel. Long documents are cut where it does not show, so that the work is even.
WordCounts count_words(std::span<const std::string_view> documents, Parallel& parallel);

}  // namespace glass::data
