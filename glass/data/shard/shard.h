// Shards: encoded documents on disk, mapped for reading. Format: docs/reference/formats/shard.md.
//
// A shard set is a folder: token shards of a train and a held-out part, and manifest.json, which
// names them with their digests. Every document is stored as [E, t1 .. tn], E = <|endoftext|>,
// whole within one shard, and its entry leads back to the document by digest. What always holds: a
// folder that ShardSetWriter::finish() published is complete; a reader never trusts a length it has
// not checked against the file's size.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/system/files.h"

namespace glass::data {

enum class Split { kTrain, kHeldOut };

struct ShardSetOptions {
  crypto::Digest tokenizer;            // of the bytes of tokenizer.json
  crypto::Digest corpus;               // of the corpus manifest
  TokenId end_of_text = -1;            // E
  std::vector<uint32_t> text_lengths;  // Tokenizer::text_lengths(); its size is the vocabulary's
  uint64_t shard_tokens = 1U << 25;    // a shard is closed by the document that reaches this
};

// Writes a shard set aside and publishes it in one step. One thread at a time.
class ShardSetWriter {
 public:
  // `folder` must not exist; remains of an earlier, unfinished attempt are removed.
  [[nodiscard]] static Result<ShardSetWriter> create(system::Files& files,
                                                     const system::Path& folder,
                                                     ShardSetOptions options);

  // Writes nothing: finish() returns the manifest that the written set would have.
  [[nodiscard]] static Result<ShardSetWriter> create_dry(ShardSetOptions options);

  ShardSetWriter(ShardSetWriter&&) noexcept;
  ShardSetWriter& operator=(ShardSetWriter&&) noexcept;
  ~ShardSetWriter();

  // `tokens` are those of the text alone; E is put before them here.
  [[nodiscard]] Status add(Split split, const crypto::Digest& document,
                           std::span<const TokenId> tokens);

  // Writes the manifest, makes the folder visible and returns the manifest.
  [[nodiscard]] Result<Json> finish();

 private:
  struct State;
  explicit ShardSetWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// One document of a shard set's part, numbered in the order in which it was added.
struct ShardDocument {
  crypto::Digest digest;  // of the document's bytes
  uint64_t tokens;        // with E
  uint64_t text_bytes;    // that the tokens stand for
};

// One part (train or held out) of an open shard set: its documents behind one index. Thread-safe.
class ShardedDocuments {
 public:
  ~ShardedDocuments();
  ShardedDocuments(ShardedDocuments&&) noexcept;
  ShardedDocuments& operator=(ShardedDocuments&&) noexcept;

  [[nodiscard]] uint64_t count() const;
  [[nodiscard]] uint64_t tokens() const;      // of all documents, each with its E
  [[nodiscard]] uint64_t text_bytes() const;  // of all documents

  // REQUIRES: document < count().
  [[nodiscard]] ShardDocument document(uint64_t document) const;

  // Copies tokens [first, first + out.size()) of a document. kCorruption, naming the shard, if one
  // is outside the vocabulary. REQUIRES: the range lies within the document.
  [[nodiscard]] Status copy_tokens(uint64_t document, uint64_t first, std::span<TokenId> out) const;

 private:
  friend class ShardSet;
  struct State;
  explicit ShardedDocuments(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class ShardSet {
 public:
  // Checks the manifest and the structure of every shard, but no digest. kCorruption names the file
  // and what is wrong with it.
  [[nodiscard]] static Result<ShardSet> open(system::Files& files, const system::Path& folder);
  ShardSet(ShardSet&&) noexcept;
  ShardSet& operator=(ShardSet&&) noexcept;
  ~ShardSet();

  // Compares the digest of every shard with the manifest's, and every token with the vocabulary.
  [[nodiscard]] Status verify(Parallel& parallel) const;

  [[nodiscard]] const Json& manifest() const;
  [[nodiscard]] crypto::Digest manifest_digest() const;  // of the file's bytes
  [[nodiscard]] crypto::Digest tokenizer_digest() const;
  [[nodiscard]] crypto::Digest corpus_digest() const;

  [[nodiscard]] int32_t vocabulary_size() const;
  [[nodiscard]] TokenId end_of_text() const;

  // Bytes of text by token id; 0 for special tokens.
  [[nodiscard]] std::span<const uint32_t> text_lengths() const;
  [[nodiscard]] const ShardedDocuments& part(Split split) const;

 private:
  struct State;
  explicit ShardSet(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace glass::data
