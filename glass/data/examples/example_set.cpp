#include "glass/data/examples/example_set.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/examples/chat_template.h"
#include "glass/data/ingest/conversation.h"

namespace glass::data {
namespace {

// The sequences of a document: one, or those of a preference.
Result<std::vector<Example>> render(const Document& document, ExampleKind kind,
                                    const ChatTemplate& chat) {
  std::vector<Example> out(kind == ExampleKind::kPreference ? 2 : 1);
  if (kind == ExampleKind::kConversation) {
    GLASS_TRY(const Conversation conversation, conversation_from_text(document.text));
    GLASS_TRY(out[0], chat.render(conversation));
    return out;
  }
  GLASS_TRY(const Preference preference, preference_from_text(document.text));
  const auto common = std::ranges::mismatch(preference.chosen, preference.rejected);
  const auto given = static_cast<size_t>(common.in1 - preference.chosen.begin());
  GLASS_TRY(out[0], chat.render(preference.chosen, given));
  GLASS_TRY(out[1], chat.render(preference.rejected, given));
  return out;
}

int64_t rows_of(const std::vector<Example>& unit) {
  int64_t rows = 0;
  for (const Example& example : unit) rows += std::ssize(example.tokens) - 1;
  return rows;
}

}  // namespace

ExampleSet::Sequence ExampleSet::sequence(int64_t index) const {
  const auto i = static_cast<size_t>(index);
  const size_t count = starts_[i + 1] - starts_[i];
  return {.tokens = std::span(tokens_).subspan(starts_[i], count),
          .learned = std::span(learned_).subspan(starts_[i], count)};
}

int64_t ExampleSet::rows_of_unit(int64_t unit) const {
  int64_t rows = 0;
  for (int64_t i = 0; i < of_unit(); ++i) rows += sequence(unit * of_unit() + i).rows();
  return rows;
}

int64_t ExampleSet::learned_tokens() const {
  return std::accumulate(learned_.begin(), learned_.end(), int64_t{0});
}

crypto::Digest ExampleSet::digest() const {
  crypto::Sha256 hash;
  for (int64_t i = 0; i < sequences(); ++i) {
    hash.update(as_bytes(sequence(i).tokens));
    hash.update(sequence(i).learned);
  }
  return hash.finish();
}

void ExampleSet::add(const Example& example) {
  tokens_.insert(tokens_.end(), example.tokens.begin(), example.tokens.end());
  learned_.insert(learned_.end(), example.learned.begin(), example.learned.end());
  starts_.push_back(tokens_.size());
}

crypto::Digest ExampleSets::digest() const {
  crypto::Sha256 hash;
  hash.update(train.digest().bytes);
  hash.update(held_out.digest().bytes);
  return hash.finish();
}

Result<ExampleSets> make_examples(const DocumentStore& documents, ExampleKind kind,
                                  const ChatTemplate& chat, int64_t max_rows) {
  ExampleSets sets{.train = ExampleSet(kind), .held_out = ExampleSet(kind)};
  for (uint64_t id = 0; id < documents.size(); ++id) {
    const Document document = documents.document(id);
    const auto unit = render(document, kind, chat);
    if (!unit)
      return in_context(fmt::format("{} of {}", document.path, document.source), unit.error());
    if (rows_of(*unit) > max_rows) {
      ++sets.too_long;
      continue;
    }
    for (const Example& example : *unit)
      (document.held_out ? sets.held_out : sets.train).add(example);
  }
  if (sets.train.units() == 0)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("there is nothing to train on: {} of {} documents are longer than a "
                            "sequence of {} tokens, and the rest is held out; raise "
                            "train.sequence_length",
                            sets.too_long, documents.size(), max_rows));
  return sets;
}

std::vector<std::vector<MaskedText>> masked_texts(const ExampleSet& examples,
                                                  const Tokenizer& tokenizer, int64_t count) {
  std::vector<std::vector<MaskedText>> out;
  const int64_t last = std::min(count, examples.units()) * examples.of_unit();
  for (int64_t i = 0; i < last; ++i) {
    const ExampleSet::Sequence sequence = examples.sequence(i);
    std::vector<MaskedText>& runs = out.emplace_back();
    for (size_t token = 0; token < sequence.tokens.size(); ++token) {
      const bool learned = sequence.learned[token] != 0;
      if (runs.empty() || runs.back().learned != learned)
        runs.push_back({.text = "", .learned = learned});
      runs.back().text += tokenizer.piece(sequence.tokens[token]);
    }
  }
  return out;
}

}  // namespace glass::data
