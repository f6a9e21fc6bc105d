#include "glass/data/examples/example_loader.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/philox.h"
#include "glass/base/shuffle.h"

namespace glass::data {
namespace {

// Writes units into a batch, sequence by sequence.
class UnitWriter {
 public:
  UnitWriter(const ExampleSet& examples, int64_t length, int64_t sequences, Batch& out)
      : examples_(examples), length_(length), out_(out) {
    const auto rows = static_cast<size_t>(length * sequences);
    const TokenId end = examples.sequence(0).tokens[0];
    out.token_N.assign(rows, end);
    out.target_N.assign(rows, -1);
    out.position_N.assign(rows, 0);
    out.first_key.resize(rows);
    for (size_t row = 0; row < rows; ++row)
      out.first_key[row] = static_cast<int32_t>(static_cast<int64_t>(row) % length);
    out.pairs.clear();
  }

  void write(int64_t sequence, const std::vector<int64_t>& units) {
    int64_t row = sequence * length_;
    for (const int64_t unit : units) {
      const auto begin = static_cast<int32_t>(row);
      for (int64_t i = 0; i < examples_.of_unit(); ++i) {
        const auto part = static_cast<int32_t>(row);
        row = write_sequence(row, examples_.sequence(unit * examples_.of_unit() + i));
        if (i == 1)
          out_.pairs.push_back({.chosen_begin = begin,
                                .chosen_end = part,
                                .rejected_begin = part,
                                .rejected_end = static_cast<int32_t>(row)});
      }
    }
  }

 private:
  // Gives the row behind it.
  int64_t write_sequence(int64_t row, const ExampleSet::Sequence& sequence) {
    const auto first_key = static_cast<int32_t>(row % length_);
    for (int64_t i = 0; i < sequence.rows(); ++i, ++row) {
      const auto at = static_cast<size_t>(row);
      const auto token = static_cast<size_t>(i);
      out_.token_N[at] = sequence.tokens[token];
      out_.position_N[at] = static_cast<int32_t>(i);
      out_.first_key[at] = first_key;
      if (sequence.learned[token + 1] != 0) out_.target_N[at] = sequence.tokens[token + 1];
    }
    return row;
  }

  const ExampleSet& examples_;
  int64_t length_;
  Batch& out_;
};

}  // namespace

std::vector<std::vector<int64_t>> pack_units(const ExampleSet& examples,
                                             const std::vector<uint64_t>& order, int64_t length) {
  std::vector<std::vector<int64_t>> sequences;
  std::vector<int64_t> left;  // rows of each sequence that are free
  for (const uint64_t item : order) {
    const auto unit = static_cast<int64_t>(item);
    const int64_t rows = examples.rows_of_unit(unit);
    GLASS_CHECK(rows <= length);
    size_t at = sequences.size() - std::min(sequences.size(), kOpenSequences);
    while (at < sequences.size() && left[at] < rows) ++at;
    if (at == sequences.size()) {
      sequences.emplace_back();
      left.push_back(length);
    }
    sequences[at].push_back(unit);
    left[at] -= rows;
  }
  return sequences;
}

ExampleLoader::ExampleLoader(const ExampleSet& examples, const LoaderConfig& config)
    : examples_(&examples), config_(config), first_sequences_({0}) {
  GLASS_CHECK(examples.units() > 0);
}

// How many sequences an epoch has is known once it is packed, so epochs are met in their order.
std::shared_ptr<const ExampleLoader::Epoch> ExampleLoader::epoch_of(int64_t sequence) const {
  const std::lock_guard lock(mutex_);
  const auto pack = [&](size_t epoch) {
    const auto order = shuffled(static_cast<uint64_t>(examples_->units()), config_.seed,
                                Purpose::kDocumentOrder, epoch);
    return std::make_shared<const Epoch>(
        Epoch{.first_sequence = first_sequences_[epoch],
              .sequences = pack_units(*examples_, order, config_.sequence_length)});
  };
  const auto keep = [&](size_t epoch, std::shared_ptr<const Epoch> packed) {
    if (epochs_.size() >= 2 && !epochs_.contains(epoch)) epochs_.erase(epochs_.begin());
    epochs_[epoch] = std::move(packed);
  };
  while (first_sequences_.back() <= sequence) {
    const size_t epoch = first_sequences_.size() - 1;
    auto packed = pack(epoch);
    first_sequences_.push_back(packed->first_sequence + std::ssize(packed->sequences));
    keep(epoch, std::move(packed));
  }
  const auto behind = std::ranges::upper_bound(first_sequences_, sequence);
  const auto epoch = static_cast<size_t>(behind - first_sequences_.begin()) - 1;
  if (!epochs_.contains(epoch)) keep(epoch, pack(epoch));
  return epochs_.at(epoch);
}

void ExampleLoader::batch(int64_t step, int64_t micro, Batch& out) const {
  GLASS_CHECK(step >= 0 && micro >= 0 && micro < config_.micro_batches_per_step);
  const int64_t sequences = config_.micro_batch_sequences;
  const int64_t first = (step * config_.micro_batches_per_step + micro) * sequences;
  UnitWriter writer(*examples_, config_.sequence_length, sequences, out);
  for (int64_t i = 0; i < sequences; ++i) {
    const auto epoch = epoch_of(first + i);
    writer.write(i, epoch->sequences[static_cast<size_t>(first + i - epoch->first_sequence)]);
  }
}

double ExampleLoader::filled_share() const {
  int64_t rows = 0;
  for (int64_t unit = 0; unit < examples_->units(); ++unit) rows += examples_->rows_of_unit(unit);
  const auto epoch = epoch_of(0);
  return static_cast<double>(rows) /
         static_cast<double>(std::ssize(epoch->sequences) * config_.sequence_length);
}

HeldOutExamples::HeldOutExamples(const ExampleSet& examples, int64_t sequence_length,
                                 int64_t sequences, std::vector<uint32_t> text_lengths)
    : examples_(&examples),
      sequence_length_(sequence_length),
      sequences_(sequences),
      text_lengths_(std::move(text_lengths)) {
  std::vector<uint64_t> order(static_cast<size_t>(examples.units()));
  std::iota(order.begin(), order.end(), uint64_t{0});
  packed_ = pack_units(examples, order, sequence_length);
}

int64_t HeldOutExamples::batches() const {
  return (std::ssize(packed_) + sequences_ - 1) / sequences_;
}

void HeldOutExamples::batch(int64_t index, Batch& out) const {
  GLASS_CHECK(index >= 0 && index < batches());
  UnitWriter writer(*examples_, sequence_length_, sequences_, out);
  const int64_t first = index * sequences_;
  for (int64_t i = first; i < std::min(first + sequences_, std::ssize(packed_)); ++i)
    writer.write(i - first, packed_[static_cast<size_t>(i)]);
  for (const PreferencePair& pair : out.pairs)
    std::fill(out.target_N.begin() + pair.rejected_begin, out.target_N.begin() + pair.rejected_end,
              -1);
}

HeldOutLoader::Size HeldOutExamples::size_of(const Batch& batch) const {
  HeldOutLoader::Size size;
  for (const int32_t target : batch.target_N) {
    if (target < 0) continue;
    size.targets += 1;
    size.text_bytes += text_lengths_[static_cast<size_t>(target)];
  }
  return size;
}

}  // namespace glass::data
