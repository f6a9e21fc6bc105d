#include "glass/data/tokenizer/trainer.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/internal/merge_finder.h"
#include "glass/data/tokenizer/internal/word_counts.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

namespace {

constexpr int32_t kSmallest = 256 + 1;  // the bytes and <|endoftext|>

Status check(const TrainerOptions& options) {
  if (options.vocabulary_size < kSmallest)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("a vocabulary of {} pieces is too small: the 256 bytes and {} alone "
                            "are {}",
                            options.vocabulary_size, kEndOfText, kSmallest));
  if (options.min_count < 1)
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("the tokenizer's min_count is {}; it must be at least 1", options.min_count));
  return {};
}

Result<Tokenizer> assemble(const MergeFinder& finder) {
  TokenizerParts parts;
  parts.pieces = finder.pieces();
  parts.merges = finder.merges();
  parts.special = {
      {.id = static_cast<TokenId>(parts.pieces.size()), .text = std::string(kEndOfText)}};
  parts.pieces.emplace_back(kEndOfText);
  return Tokenizer::make(std::move(parts));
}

}  // namespace

Result<TrainedTokenizer> train_tokenizer(std::span<const std::string_view> documents,
                                         const TrainerOptions& options, Parallel& parallel) {
  GLASS_TRY_STATUS(check(options));
  TrainerFacts facts{.documents = documents.size()};
  for (const std::string_view document : documents) facts.bytes += document.size();
  if (facts.bytes == 0)
    return fail(ErrorCode::kInvalidInput,
                "there is no text to train a tokenizer on: the corpus is empty");
  const WordCounts words = count_words(documents, parallel);
  facts.words = words.total();
  facts.distinct_words = words.distinct();
  facts.distinct_word_bytes = words.bytes();
  if (words.bytes() + words.distinct() + 1 > MergeFinder::kMostPositions)
    return fail(ErrorCode::kRefused,
                fmt::format("the corpus has {} distinct words of {} bytes in all; the tokenizer "
                            "can be trained on 4 GiB of them: give it a sample of the corpus",
                            words.distinct(), words.bytes()));
  MergeFinder finder(words);
  finder.run(static_cast<size_t>(options.vocabulary_size) - 1, options.min_count);
  facts.merges = finder.merges().size();
  GLASS_TRY(Tokenizer tokenizer, assemble(finder));
  return TrainedTokenizer{.tokenizer = std::move(tokenizer), .facts = facts};
}

Json describe(const TrainerOptions& options, const TrainerFacts& facts) {
  return Json::Object{{"pattern", kWordPatternName},
                      {"unicode", unicode_version()},
                      {"options", Json::Object{{"vocabulary_size", options.vocabulary_size},
                                               {"min_count", options.min_count}}},
                      {"documents", facts.documents},
                      {"bytes", facts.bytes},
                      {"words", facts.words},
                      {"distinct_words", facts.distinct_words},
                      {"distinct_word_bytes", facts.distinct_word_bytes},
                      {"merges", facts.merges}};
}

}  // namespace glass::data
