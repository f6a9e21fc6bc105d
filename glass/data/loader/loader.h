// Loader: the batches of a run as a pure function of (seed, step, micro-batch).
//
// The documents of an epoch lie one after the other in an order drawn from the seed, each as
// [E, t1 .. tn]; epochs follow each other without a gap. Sequence i of the run is the window
// stream[i T .. i T + T], its targets are the window shifted by one, so every position has a target
// and a document's last token predicts the E of the next. Nothing depends on which batches were
// asked for before: a resume, a replay or another worker needs (step, micro) and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/shard/shard.h"

namespace glass::data {

struct LoaderConfig {
  int64_t sequence_length = 0;         // T
  int64_t micro_batch_sequences = 0;   // B
  int64_t micro_batches_per_step = 0;  // M
  uint64_t seed = 0;
};

// One micro-batch; N = B * T rows, sequence by sequence. Resized once, then reused.
// The rows of two answers to one prompt.
struct PreferencePair {
  int32_t chosen_begin, chosen_end;
  int32_t rejected_begin, rejected_end;

  friend bool operator==(const PreferencePair&, const PreferencePair&) = default;
};

struct Batch {
  std::vector<int32_t> token_N;
  std::vector<int32_t> target_N;      // -1: no target (padding, and what is not to be learned)
  std::vector<int32_t> position_N;    // counted from the document's start within the window
  std::vector<int32_t> first_key;     // [B, T]: the first position of the window that may be seen
  std::vector<PreferencePair> pairs;  // of preference data; else empty
};

// The part of one document that a step was trained on.
struct DocumentPart {
  uint64_t document;      // number in the train part
  crypto::Digest digest;  // of the document's bytes
  uint64_t epoch;
  uint64_t first_token, tokens;   // within the document; token 0 is E
  uint64_t first_byte, end_byte;  // within the document's text
  int64_t micro_batch, sequence;  // where: within the step, within the micro-batch
};

// Thread-safe: any thread may ask for any batch at any time.
class Loader {
 public:
  // `shards` must outlive the loader. kInvalidInput if a size is not positive or there is no
  // document to train on.
  [[nodiscard]] static Result<Loader> create(const ShardSet& shards, const LoaderConfig& config);
  Loader(Loader&&) noexcept;
  Loader& operator=(Loader&&) noexcept;
  ~Loader();

  // Fills `out` with micro-batch `micro` of `step`; both count from 0. kCorruption if a shard holds
  // a token outside the vocabulary. REQUIRES: step >= 0, 0 <= micro < micro_batches_per_step.
  [[nodiscard]] Status batch(int64_t step, int64_t micro, Batch& out) const;

  // In the order of the stream. REQUIRES: step >= 0.
  [[nodiscard]] Result<std::vector<DocumentPart>> documents_of(int64_t step) const;

  // The order of an epoch: a permutation of the documents' numbers.
  [[nodiscard]] std::vector<uint64_t> document_order(uint64_t epoch) const;

  [[nodiscard]] const LoaderConfig& config() const;
  [[nodiscard]] int64_t tokens_per_step() const;    // B T M
  [[nodiscard]] uint64_t tokens_per_epoch() const;  // not a multiple of tokens_per_step in general

 private:
  struct State;
  explicit Loader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The held-out documents for evaluation: once each, in the order in which they were added, packed
// and cut like the training stream. The last document's last token predicts E; the rest of the last
// micro-batch is padding (token E, target -1, seeing only itself). Thread-safe.
class HeldOutLoader {
 public:
  // `shards` must outlive the loader. kInvalidInput if a size is not positive. A set without
  // held-out documents has batches() == 0.
  [[nodiscard]] static Result<HeldOutLoader> create(const ShardSet& shards, int64_t sequence_length,
                                                    int64_t micro_batch_sequences);
  HeldOutLoader(HeldOutLoader&&) noexcept;
  HeldOutLoader& operator=(HeldOutLoader&&) noexcept;
  ~HeldOutLoader();

  [[nodiscard]] int64_t batches() const;

  // REQUIRES: 0 <= index < batches().
  [[nodiscard]] Status batch(int64_t index, Batch& out) const;

  // How many bytes of text the targets of a batch stand for, and how many targets it has: bits per
  // byte = loss sum / log(2) / bytes. E counts as a target of no bytes.
  struct Size {
    int64_t targets = 0;
    uint64_t text_bytes = 0;
  };

  [[nodiscard]] Size size_of(const Batch& batch) const;

 private:
  struct State;
  explicit HeldOutLoader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace glass::data
