// Trainer: finds the merges of a byte-level BPE vocabulary in a corpus.
//
// The result depends on the multiset of words alone: not on threads, the order of documents, or
// where a corpus is cut into documents (as long as it is cut between words). Rule: the pair with
// the highest count is merged; of equal counts the one with the smaller left id, then the smaller
// right id. Counts are 64-bit; overlapping occurrences count (aaa holds the pair aa twice).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

struct TrainerOptions {
  int32_t vocabulary_size = 8192;  // 256 bytes, the merges, and <|endoftext|>
  int64_t min_count = 1;           // a pair seen less often is not merged

  friend bool operator==(const TrainerOptions&, const TrainerOptions&) = default;
};

struct TrainerFacts {
  uint64_t documents = 0;
  uint64_t bytes = 0;
  uint64_t words = 0;
  uint64_t distinct_words = 0;
  uint64_t distinct_word_bytes = 0;
  uint64_t merges = 0;

  friend bool operator==(const TrainerFacts&, const TrainerFacts&) = default;
};

struct TrainedTokenizer {
  Tokenizer tokenizer;
  TrainerFacts facts;
};

// kInvalidInput for impossible options or a corpus without a byte. A small corpus gives a smaller
// vocabulary than asked for: it ends when no pair is left.
[[nodiscard]] Result<TrainedTokenizer> train_tokenizer(std::span<const std::string_view> documents,
                                                       const TrainerOptions& options,
                                                       Parallel& parallel);

// What stands in the record beside tokenizer.json: options, facts, pattern name, Unicode version.
Json describe(const TrainerOptions& options, const TrainerFacts& facts);

}  // namespace glass::data
