// Batches: what a training and its evaluations are fed with, from token shards or from
// conversations.
#pragma once

#include <memory>
#include <optional>

#include "glass/base/result.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/examples/chat_template.h"
#include "glass/data/examples/example_loader.h"
#include "glass/data/examples/example_set.h"
#include "glass/data/loader/loader.h"
#include "glass/data/shard/shard.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/train/batch_source.h"
#include "glass/service/recipe/recipe.h"

namespace glass::service {

// Exactly one of the two: texts as shards, or conversations.
struct TokenData {
  std::optional<data::ShardSet> shards;
  std::optional<data::ExampleSets> examples;
};

// The roles of the recipe's chat section, over a tokenizer, which must outlive it.
[[nodiscard]] Result<data::ChatTemplate> chat_template(const Recipe& recipe,
                                                       const data::Tokenizer& tokenizer);

// Every conversation, or pair of answers, of a corpus. REQUIRES: the recipe's objective is of them.
[[nodiscard]] Result<data::ExampleSets> make_examples(const Recipe& recipe,
                                                      const data::DocumentStore& documents,
                                                      const data::Tokenizer& tokenizer);

// What a token may attend to, on average: its document, or the sequence if that is shorter.
// Attention costs so much, and not the square of a long sequence that holds many short documents.
int64_t attended_positions(const TokenData& tokens, int64_t sequence_length);

class Batches {
 public:
  // `tokens` must outlive it.
  [[nodiscard]] static Result<Batches> create(const Recipe& recipe, const TokenData& tokens,
                                              const data::Tokenizer& tokenizer);

  // The sources last as long as the batches, which may be moved meanwhile.
  [[nodiscard]] engine::BatchSource training() const;
  [[nodiscard]] engine::HeldOutSource held_out() const;

 private:
  Batches() = default;

  std::unique_ptr<data::Loader> texts_;
  std::unique_ptr<data::HeldOutLoader> held_out_texts_;
  std::unique_ptr<data::ExampleLoader> examples_;
  std::unique_ptr<data::HeldOutExamples> held_out_examples_;
};

}  // namespace glass::service
