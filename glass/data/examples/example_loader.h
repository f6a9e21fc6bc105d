// ExampleLoader: the batches of a training on conversations, as a pure function of seed and step.
//
//   an epoch: the units in a shuffled order, each put into the first sequence it fits into, of the
//   kOpenSequences that were begun last; a unit is never cut, and sees itself alone
//
//   | unit 3 ............ | unit 8 .... | padding |     a sequence of T rows
//
// What is not filled is padding: token E, no target, seeing only itself.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "glass/base/result.h"
#include "glass/data/examples/example_set.h"
#include "glass/data/loader/loader.h"

namespace glass::data {

inline constexpr size_t kOpenSequences = 32;

// The units of each sequence. REQUIRES: every unit fits into `length` rows.
std::vector<std::vector<int64_t>> pack_units(const ExampleSet& examples,
                                             const std::vector<uint64_t>& order, int64_t length);

// Thread-safe: any thread may ask for any batch at any time.
class ExampleLoader {
 public:
  // `examples` must outlive the loader. REQUIRES: it has a unit; every unit fits into a sequence.
  ExampleLoader(const ExampleSet& examples, const LoaderConfig& config);

  // Fills `out` with micro-batch `micro` of `step`; both count from 0.
  void batch(int64_t step, int64_t micro, Batch& out) const;

  // Rows with a target, of all rows of an epoch: what packing wastes shows here.
  [[nodiscard]] double filled_share() const;

 private:
  struct Epoch {
    int64_t first_sequence;  // counted over all epochs
    std::vector<std::vector<int64_t>> sequences;
  };

  [[nodiscard]] std::shared_ptr<const Epoch> epoch_of(int64_t sequence) const;

  const ExampleSet* examples_;
  LoaderConfig config_;
  mutable std::mutex mutex_;
  mutable std::vector<int64_t> first_sequences_;  // of each epoch met so far, and of the next
  mutable std::map<size_t, std::shared_ptr<const Epoch>> epochs_;  // the two asked for last
};

// The held-out conversations, once each, in their order; of preferences the chosen answers alone,
// for how likely a rejected one is, is nothing to be improved.
class HeldOutExamples {
 public:
  // As of ExampleLoader. A set without units has no batches. `text_lengths`: of every token.
  HeldOutExamples(const ExampleSet& examples, int64_t sequence_length, int64_t sequences,
                  std::vector<uint32_t> text_lengths);

  [[nodiscard]] int64_t batches() const;
  void batch(int64_t index, Batch& out) const;

  // Of the targets: what is learned.
  [[nodiscard]] HeldOutLoader::Size size_of(const Batch& batch) const;

 private:
  const ExampleSet* examples_;
  int64_t sequence_length_, sequences_;
  std::vector<uint32_t> text_lengths_;
  std::vector<std::vector<int64_t>> packed_;
};

}  // namespace glass::data
