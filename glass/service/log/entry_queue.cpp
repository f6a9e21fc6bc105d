#include "glass/service/log/internal/entry_queue.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/sequencer/blobs.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/tile.h"
#include "glass/system/http/http.h"

namespace glass::service {
namespace {

constexpr size_t kMostBatch = 4096;  // entries
constexpr size_t kMostBatchBytes = size_t{8} << 20;
constexpr size_t kMostBatchTexts = 64;  // of statements: each is a file that is made durable
constexpr size_t kMostWaitingBytes = size_t{64} << 20;  // more are refused for now
constexpr size_t kBytesOfWaiting = 256;                 // that one takes besides its own

}  // namespace

Result<std::unique_ptr<EntryQueue>> EntryQueue::open(system::Files& files, const OwnLog& log,
                                                     std::function<void(const Error&)> on_error) {
  auto queue = std::unique_ptr<EntryQueue>(new EntryQueue(files, log, std::move(on_error)));
  GLASS_TRY_STATUS(queue->open_log());
  queue->thread_ = std::thread([raw = queue.get()] { raw->work(); });
  return queue;
}

EntryQueue::~EntryQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void EntryQueue::add(Bytes entry, system::HttpReply reply) {
  if (entry.size() > record::kMostEntryBytes)
    return reply(system::plain_text(413, "an entry has at most 65535 bytes: log its digest"));
  wait({.entry = std::move(entry), .text = {}, .reply = std::move(reply)});
}

void EntryQueue::add_statement(std::string text, Bytes entry, system::HttpReply reply) {
  wait({.entry = std::move(entry), .text = std::move(text), .reply = std::move(reply)});
}

void EntryQueue::cosign(CosignedLog cosigned) {
  {
    const std::lock_guard lock(mutex_);
    cosigned_ = std::move(cosigned);
  }
  ready_.notify_one();
}

void EntryQueue::wait(Waiting one) {
  {
    const std::lock_guard lock(mutex_);
    const size_t bytes = one.bytes() + kBytesOfWaiting;
    if (waiting_bytes_ + bytes <= kMostWaitingBytes) {
      waiting_bytes_ += bytes;
      waiting_.push_back(std::move(one));
      one.reply = nullptr;
    }
  }
  if (one.reply) return one.reply(system::plain_text(503, "too many entries wait; try again"));
  ready_.notify_one();
}

void EntryQueue::work() {
  while (true) {
    std::vector<Waiting> batch;
    std::optional<CosignedLog> cosigned;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [&] { return stopping_ || !waiting_.empty() || cosigned_; });
      if (stopping_ && waiting_.empty()) return;
      cosigned = std::exchange(cosigned_, std::nullopt);
      take(batch);
    }
    if (cosigned) publish(*cosigned);
    if (!batch.empty()) answer(batch, append(batch));
  }
}

// REQUIRES: mutex_ is held.
void EntryQueue::take(std::vector<Waiting>& batch) {
  size_t count = 0, bytes = 0, texts = 0;
  for (; count < std::min(waiting_.size(), kMostBatch); ++count) {
    const Waiting& next = waiting_[count];
    bytes += next.bytes();
    texts += next.text.empty() ? 0 : 1;
    if (count > 0 && (bytes > kMostBatchBytes || texts > kMostBatchTexts)) break;
    waiting_bytes_ -= next.bytes() + kBytesOfWaiting;
  }
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  std::move(waiting_.begin(), end, std::back_inserter(batch));
  waiting_.erase(waiting_.begin(), end);
}

void EntryQueue::publish(const CosignedLog& cosigned) {
  if (sequencer_ == nullptr || sequencer_->tree() != cosigned.tree) return;
  const Status published = sequencer_->cosign(cosigned.signatures);
  if (published) return;
  on_error_(published.error());
  sequencer_ = nullptr;
}

// After an error the log is opened anew, which settles what has become of the batch before.
Status EntryQueue::open_log() {
  if (sequencer_ != nullptr) return {};
  GLASS_TRY(auto sequencer, open_sequencer(files_, log_));
  record::FolderSource source(files_, log_.folder.published());
  record::LogReader reader(source, sequencer->tree().size);
  GLASS_TRY_STATUS(index_.catch_up(reader));
  sequencer_ = std::move(sequencer);
  return {};
}

// In the log as it stands. What was appended since the last look-up is read from its tiles, which
// are what it says it is; entries that are no statements cost nothing before.
Result<std::optional<int64_t>> EntryQueue::find(const crypto::Digest& leaf) {
  record::FolderSource source(files_, log_.folder.published());
  record::LogReader reader(source, sequencer_->tree().size);
  GLASS_TRY_STATUS(index_.catch_up(reader));
  return index_.find(leaf, reader);
}

// Where a statement lies; else `next`, where it will: then its text is durable. Nothing if that
// could not be written.
Result<std::optional<EntryQueue::Place>> EntryQueue::place(const Waiting& statement, int64_t next,
                                                           Taken& taken) {
  const crypto::Digest leaf = record::leaf_hash(statement.entry);
  const auto twin = taken.find(leaf);
  if (twin != taken.end()) return Place{.index = twin->second, .was_there = true};
  GLASS_TRY(const std::optional<int64_t> known, find(leaf));
  if (known) return Place{.index = *known, .was_there = true};
  const Status written = record::write_blob(files_, log_.folder, as_bytes(statement.text));
  if (!written) {
    on_error_(written.error());
    return std::nullopt;
  }
  taken.emplace(leaf, next);
  return Place{.index = next};
}

Result<EntryQueue::Places> EntryQueue::append(const std::vector<Waiting>& batch) {
  GLASS_TRY_STATUS(open_log());
  const int64_t first = sequencer_->tree().size;
  Places places;
  std::vector<ByteView> fresh;
  Taken taken;
  for (const Waiting& one : batch) {
    std::optional<Place> where = Place{.index = first + std::ssize(fresh)};
    if (!one.text.empty()) {
      GLASS_TRY(where, place(one, where->index, taken));
    }
    if (where && !where->was_there) fresh.emplace_back(one.entry);
    places.push_back(where);
  }
  if (fresh.empty()) return places;
  const auto appended = sequencer_->append(fresh);
  if (!appended) {
    sequencer_ = nullptr;
    return tl::unexpected(appended.error());
  }
  GLASS_CHECK(*appended == first);
  return places;
}

void EntryQueue::answer(const std::vector<Waiting>& batch, const Result<Places>& places) const {
  if (!places) on_error_(places.error());
  for (size_t i = 0; i < batch.size(); ++i) {
    const std::optional<Place> place = places ? (*places)[i] : std::nullopt;
    if (!place)
      batch[i].reply(system::plain_text(503,
                                        "the log cannot take entries at the moment; this one may "
                                        "be in it or not"));
    else if (batch[i].text.empty())
      batch[i].reply(system::plain_text(200, fmt::format("{}", place->index)));
    else
      batch[i].reply(system::plain_text(
          200, fmt::format("{} {}", place->index, place->was_there ? "known" : "appended")));
  }
}

}  // namespace glass::service
