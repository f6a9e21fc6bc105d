#include "glass/data/loader/loader.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/base/philox.h"
#include "glass/base/result.h"
#include "glass/base/shuffle.h"
#include "glass/data/loader/internal/document_line.h"
#include "glass/data/shard/shard.h"

namespace glass::data {

namespace {

Status check_sizes(int64_t sequence_length, int64_t sequences) {
  if (sequence_length < 1 || sequences < 1)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("a micro-batch of {} sequences of {} tokens is impossible: both must "
                            "be at least 1",
                            sequences, sequence_length));
  if (sequence_length > std::numeric_limits<int32_t>::max() / sequences)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("a micro-batch of {} sequences of {} tokens is too large", sequences,
                            sequence_length));
  return {};
}

}  // namespace

struct Loader::State {
  const ShardSet* shards;
  const ShardedDocuments* documents;
  LoaderConfig config;

  mutable std::mutex mutex;
  // The two epochs asked for last: a batch may span the border between two.
  mutable std::array<std::pair<uint64_t, std::shared_ptr<const DocumentLine>>, 2> lines;

  [[nodiscard]] std::shared_ptr<const DocumentLine> line(uint64_t epoch) const {
    const std::lock_guard lock(mutex);
    if (lines[1].second && lines[1].first == epoch) std::swap(lines[0], lines[1]);
    if (!lines[0].second || lines[0].first != epoch) {
      lines[1] = std::move(lines[0]);
      lines[0] = {epoch, std::make_shared<const DocumentLine>(
                             *documents, shuffled(documents->count(), config.seed,
                                                  Purpose::kDocumentOrder, epoch))};
    }
    return lines[0].second;
  }

  // The parts of `count` tokens of the stream from `begin`, with their epochs.
  [[nodiscard]] Status for_each_part(uint64_t begin, uint64_t count,
                                     FunctionRef<Status(uint64_t, const LinePart&)> visit) const {
    const uint64_t epoch_tokens = documents->tokens();
    while (count > 0) {
      const uint64_t epoch = begin / epoch_tokens;
      const uint64_t at = begin % epoch_tokens;
      const uint64_t now = std::min(count, epoch_tokens - at);
      GLASS_TRY_STATUS(line(epoch)->for_each_part(
          at, now, [&](const LinePart& part) { return visit(epoch, part); }));
      begin += now;
      count -= now;
    }
    return {};
  }

  // The bytes of text of a document's tokens [first, end).
  [[nodiscard]] Result<uint64_t> text_bytes(uint64_t document, uint64_t first, uint64_t end) const {
    std::array<TokenId, 1024> block;
    uint64_t bytes = 0;
    for (uint64_t at = first; at < end; at += block.size()) {
      const std::span tokens(block.data(), std::min<uint64_t>(block.size(), end - at));
      GLASS_TRY_STATUS(documents->copy_tokens(document, at, tokens));
      for (const TokenId token : tokens)
        bytes += shards->text_lengths()[static_cast<size_t>(token)];
    }
    return bytes;
  }
};

Loader::Loader(std::unique_ptr<State> state) : state_(std::move(state)) {}

Loader::Loader(Loader&&) noexcept = default;
Loader& Loader::operator=(Loader&&) noexcept = default;
Loader::~Loader() = default;

Result<Loader> Loader::create(const ShardSet& shards, const LoaderConfig& config) {
  GLASS_TRY_STATUS(check_sizes(config.sequence_length, config.micro_batch_sequences));
  if (config.micro_batches_per_step < 1 ||
      config.micro_batches_per_step > std::numeric_limits<int32_t>::max())
    return fail(ErrorCode::kInvalidInput, fmt::format("a step of {} micro-batches is impossible",
                                                      config.micro_batches_per_step));
  auto state = std::make_unique<State>();
  state->shards = &shards;
  state->documents = &shards.part(Split::kTrain);
  state->config = config;
  if (state->documents->count() == 0)
    return fail(ErrorCode::kInvalidInput,
                "the shards hold no document to train on: all were held out, or the corpus is "
                "empty");
  return Loader(std::move(state));
}

Status Loader::batch(int64_t step, int64_t micro, Batch& out) const {
  const LoaderConfig& config = state_->config;
  GLASS_CHECK(step >= 0 && micro >= 0 && micro < config.micro_batches_per_step);
  const auto rows = static_cast<uint64_t>(config.sequence_length * config.micro_batch_sequences);
  const auto index = static_cast<uint64_t>(step * config.micro_batches_per_step + micro);
  BatchWriter writer(out, config.sequence_length, config.micro_batch_sequences);
  return state_->for_each_part(index * rows, rows + 1, [&](uint64_t, const LinePart& part) {
    return writer.write(*state_->documents, part);
  });
}

Result<std::vector<DocumentPart>> Loader::documents_of(int64_t step) const {
  GLASS_CHECK(step >= 0);
  const auto length = static_cast<uint64_t>(state_->config.sequence_length);
  const int64_t sequences = state_->config.micro_batch_sequences;
  const auto windows = static_cast<uint64_t>(sequences * state_->config.micro_batches_per_step);
  std::vector<DocumentPart> parts;
  const auto add = [&](int64_t window, uint64_t epoch, const LinePart& part) -> Status {
    const DocumentPart* previous = parts.empty() ? nullptr : &parts.back();
    const bool goes_on = previous != nullptr && part.first_token > 0;  // from the window before
    DocumentPart now{.document = part.document,
                     .digest = state_->documents->document(part.document).digest,
                     .epoch = epoch,
                     .first_token = part.first_token,
                     .tokens = part.tokens,
                     .first_byte = goes_on ? previous->end_byte : 0,
                     .end_byte = 0,
                     .micro_batch = window / sequences,
                     .sequence = window % sequences};
    if (!goes_on) {
      GLASS_TRY(now.first_byte, state_->text_bytes(part.document, 0, part.first_token));
    }
    const uint64_t end = part.first_token + part.tokens;
    GLASS_TRY(const uint64_t bytes, state_->text_bytes(part.document, part.first_token, end));
    now.end_byte = now.first_byte + bytes;
    parts.push_back(now);
    return {};
  };
  for (uint64_t window = 0; window < windows; ++window) {
    const uint64_t begin = (static_cast<uint64_t>(step) * windows + window) * length;
    GLASS_TRY_STATUS(
        state_->for_each_part(begin, length, [&](uint64_t epoch, const LinePart& part) {
          return add(static_cast<int64_t>(window), epoch, part);
        }));
  }
  return parts;
}

std::vector<uint64_t> Loader::document_order(uint64_t epoch) const {
  const auto line = state_->line(epoch);
  return {line->order().begin(), line->order().end()};
}

const LoaderConfig& Loader::config() const {
  return state_->config;
}

int64_t Loader::tokens_per_step() const {
  const LoaderConfig& config = state_->config;
  return config.sequence_length * config.micro_batch_sequences * config.micro_batches_per_step;
}

uint64_t Loader::tokens_per_epoch() const {
  return state_->documents->tokens();
}

struct HeldOutLoader::State {
  const ShardSet* shards;
  DocumentLine line;
  int64_t sequence_length, sequences;

  [[nodiscard]] uint64_t rows() const { return static_cast<uint64_t>(sequence_length * sequences); }
};

HeldOutLoader::HeldOutLoader(std::unique_ptr<State> state) : state_(std::move(state)) {}

HeldOutLoader::HeldOutLoader(HeldOutLoader&&) noexcept = default;
HeldOutLoader& HeldOutLoader::operator=(HeldOutLoader&&) noexcept = default;
HeldOutLoader::~HeldOutLoader() = default;

Result<HeldOutLoader> HeldOutLoader::create(const ShardSet& shards, int64_t sequence_length,
                                            int64_t micro_batch_sequences) {
  GLASS_TRY_STATUS(check_sizes(sequence_length, micro_batch_sequences));
  const ShardedDocuments& documents = shards.part(Split::kHeldOut);
  std::vector<uint64_t> order(documents.count());
  std::iota(order.begin(), order.end(), uint64_t{0});
  return HeldOutLoader(
      std::make_unique<State>(State{.shards = &shards,
                                    .line = DocumentLine(documents, std::move(order)),
                                    .sequence_length = sequence_length,
                                    .sequences = micro_batch_sequences}));
}

int64_t HeldOutLoader::batches() const {
  return static_cast<int64_t>((state_->line.tokens() + state_->rows() - 1) / state_->rows());
}

Status HeldOutLoader::batch(int64_t index, Batch& out) const {
  GLASS_CHECK(index >= 0 && index < batches());
  const uint64_t begin = static_cast<uint64_t>(index) * state_->rows();
  const uint64_t count = std::min(state_->rows() + 1, state_->line.tokens() - begin);
  const ShardedDocuments& documents = state_->shards->part(Split::kHeldOut);
  BatchWriter writer(out, state_->sequence_length, state_->sequences);
  GLASS_TRY_STATUS(state_->line.for_each_part(
      begin, count, [&](const LinePart& part) { return writer.write(documents, part); }));
  writer.pad(state_->shards->end_of_text());
  return {};
}

HeldOutLoader::Size HeldOutLoader::size_of(const Batch& batch) const {
  Size size;
  for (const int32_t target : batch.target_N) {
    if (target < 0) continue;
    size.targets += 1;
    size.text_bytes += state_->shards->text_lengths()[static_cast<size_t>(target)];
  }
  return size;
}

}  // namespace glass::data
