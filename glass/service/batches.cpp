#include "glass/service/batches.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

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

Result<data::ChatTemplate> chat_template(const Recipe& recipe, const data::Tokenizer& tokenizer) {
  std::vector<data::ChatRole> roles;
  for (const ChatRoleSettings& role : recipe.chat.roles)
    roles.push_back(
        {.name = role.name, .before = role.before, .after = role.after, .learned = role.learned});
  return data::ChatTemplate::make(std::move(roles), tokenizer);
}

Result<data::ExampleSets> make_examples(const Recipe& recipe, const data::DocumentStore& documents,
                                        const data::Tokenizer& tokenizer) {
  GLASS_TRY(const data::ChatTemplate chat, chat_template(recipe, tokenizer));
  const auto kind = recipe.train.objective == "preference" ? data::ExampleKind::kPreference
                                                           : data::ExampleKind::kConversation;
  return data::make_examples(documents, kind, chat, recipe.train.sequence_length);
}

int64_t attended_positions(const TokenData& tokens, int64_t sequence_length) {
  double sum = 0, count = 0;
  const auto add = [&](int64_t length) {
    sum += static_cast<double>(length) * static_cast<double>(std::min(length, sequence_length));
    count += static_cast<double>(length);
  };
  if (tokens.examples) {
    const data::ExampleSet& examples = tokens.examples->train;
    for (int64_t i = 0; i < examples.sequences(); ++i) add(examples.sequence(i).rows());
  } else {
    const data::ShardedDocuments& documents = tokens.shards->part(data::Split::kTrain);
    for (uint64_t i = 0; i < documents.count(); ++i)
      add(static_cast<int64_t>(documents.document(i).tokens));
  }
  return count == 0 ? sequence_length : std::llround(sum / count);
}

Result<Batches> Batches::create(const Recipe& recipe, const TokenData& tokens,
                                const data::Tokenizer& tokenizer) {
  const TrainSettings& train = recipe.train;
  const data::LoaderConfig config{.sequence_length = train.sequence_length,
                                  .micro_batch_sequences = train.micro_batch_sequences,
                                  .micro_batches_per_step = train.micro_batches,
                                  .seed = static_cast<uint64_t>(recipe.seed)};
  Batches batches;
  if (tokens.examples) {
    batches.examples_ = std::make_unique<data::ExampleLoader>(tokens.examples->train, config);
    batches.held_out_examples_ = std::make_unique<data::HeldOutExamples>(
        tokens.examples->held_out, train.sequence_length, train.micro_batch_sequences,
        tokenizer.text_lengths());
    return batches;
  }
  GLASS_TRY(data::Loader texts, data::Loader::create(*tokens.shards, config));
  GLASS_TRY(data::HeldOutLoader held_out,
            data::HeldOutLoader::create(*tokens.shards, train.sequence_length,
                                        train.micro_batch_sequences));
  batches.texts_ = std::make_unique<data::Loader>(std::move(texts));
  batches.held_out_texts_ = std::make_unique<data::HeldOutLoader>(std::move(held_out));
  return batches;
}

engine::BatchSource Batches::training() const {
  if (texts_) return engine::batches_of(*texts_);
  return [examples = examples_.get()](int64_t step, int64_t micro, data::Batch& out) -> Status {
    examples->batch(step, micro, out);
    return {};
  };
}

engine::HeldOutSource Batches::held_out() const {
  if (held_out_texts_) return engine::held_out_of(*held_out_texts_);
  const data::HeldOutExamples* examples = held_out_examples_.get();
  return {.batches = examples->batches(),
          .batch = [examples](int64_t index, data::Batch& out) -> Status {
            examples->batch(index, out);
            return {};
          },
          .size_of = [examples](const data::Batch& batch) { return examples->size_of(batch); }};
}

}  // namespace glass::service
