// ExampleSet: the conversations of a corpus as token sequences, in memory. A pure function of the
// documents, the tokenizer and the roles; its digest stands in the record.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/examples/chat_template.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

enum class ExampleKind {
  kConversation,
  kPreference,  // a unit is the chosen answer and then the rejected one, each with its prompt
};

class ExampleSet {
 public:
  explicit ExampleSet(ExampleKind kind) : kind_(kind) {}

  struct Sequence {
    std::span<const TokenId> tokens;   // the first is E
    std::span<const uint8_t> learned;  // of each token

    // Rows it takes in a batch: each token but the last predicts the next.
    [[nodiscard]] int64_t rows() const { return std::ssize(tokens) - 1; }
  };

  [[nodiscard]] ExampleKind kind() const { return kind_; }

  [[nodiscard]] int64_t units() const { return sequences() / of_unit(); }

  // Sequences of a unit: 1, or 2 of a preference.
  [[nodiscard]] int64_t of_unit() const { return kind_ == ExampleKind::kPreference ? 2 : 1; }

  [[nodiscard]] int64_t sequences() const { return std::ssize(starts_) - 1; }

  // REQUIRES: 0 <= index < sequences().
  [[nodiscard]] Sequence sequence(int64_t index) const;

  // All sequences of a unit together.
  [[nodiscard]] int64_t rows_of_unit(int64_t unit) const;

  [[nodiscard]] int64_t tokens() const { return std::ssize(tokens_); }

  [[nodiscard]] int64_t learned_tokens() const;

  // SHA-256 over the sequences in order: tokens as little-endian int32, then learned.
  [[nodiscard]] crypto::Digest digest() const;

  void add(const Example& example);

 private:
  ExampleKind kind_;
  std::vector<TokenId> tokens_;
  std::vector<uint8_t> learned_;
  std::vector<size_t> starts_ = {0};
};

struct ExampleSets {
  ExampleSet train, held_out;
  int64_t too_long = 0;  // units left out because they do not fit into a sequence

  // Of both.
  [[nodiscard]] crypto::Digest digest() const;
};

// Renders every document. A unit of more than `max_rows` rows is left out whole and counted: a
// conversation that is cut would teach to stop in mid-sentence, or never. kInvalidInput names the
// document that does not fit the template, or says that no unit is left to train on.
[[nodiscard]] Result<ExampleSets> make_examples(const DocumentStore& documents, ExampleKind kind,
                                                const ChatTemplate& chat, int64_t max_rows);

// What of a set would be learned, for people: the first `count` units, the text of each run of
// tokens and whether it is learned.
struct MaskedText {
  std::string text;
  bool learned;
};

[[nodiscard]] std::vector<std::vector<MaskedText>> masked_texts(const ExampleSet& examples,
                                                                const Tokenizer& tokenizer,
                                                                int64_t count);

}  // namespace glass::data
