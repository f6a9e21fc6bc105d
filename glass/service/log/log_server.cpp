#include "glass/service/log/log_server.h"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/record/sequencer/blobs.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/sequencer/sequencer.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/tlog/tile.h"
#include "glass/service/log/internal/ask_witnesses.h"
#include "glass/service/log/internal/log_cosigner.h"
#include "glass/service/log/internal/own_log.h"
#include "glass/system/files.h"
#include "glass/system/http/http.h"
#include "glass/system/http_server/http_server.h"

namespace glass::service {
namespace {

using system::HttpReply;
using system::HttpRequest;
using system::HttpResponse;

constexpr size_t kMostBatch = 4096;  // entries
constexpr size_t kMostBatchBytes = size_t{8} << 20;
constexpr size_t kMostWaitingBytes = size_t{64} << 20;  // more are refused for now
constexpr size_t kBytesOfWaiting = 256;                 // that an entry takes besides its own

// Entries that wait to be appended. Those that come while a batch is being made durable are the
// next batch: so the more come at once, the less each costs.
class EntryQueue {
 public:
  EntryQueue(system::Files& files, const OwnLog& log, std::unique_ptr<record::Sequencer> sequencer,
             std::function<void(const Error&)> on_error)
      : files_(files),
        log_(log),
        sequencer_(std::move(sequencer)),
        on_error_(std::move(on_error)),
        thread_([this] { work(); }) {}

  ~EntryQueue() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    ready_.notify_one();
    thread_.join();
  }

  EntryQueue(const EntryQueue&) = delete;
  EntryQueue& operator=(const EntryQueue&) = delete;

  // Publishes them if the log has not grown meanwhile; else they are worth nothing any more.
  void cosign(CosignedLog cosigned) {
    {
      const std::lock_guard lock(mutex_);
      cosigned_ = std::move(cosigned);
    }
    ready_.notify_one();
  }

  void add(Bytes entry, HttpReply reply) {
    if (entry.size() > record::kMostEntryBytes)
      return reply(system::plain_text(413, "an entry has at most 65535 bytes: log its digest"));
    {
      const std::lock_guard lock(mutex_);
      const size_t bytes = entry.size() + kBytesOfWaiting;
      if (waiting_bytes_ + bytes <= kMostWaitingBytes) {
        waiting_bytes_ += bytes;
        waiting_.push_back({std::move(entry), std::move(reply)});
        reply = nullptr;
      }
    }
    if (reply) return reply(system::plain_text(503, "too many entries wait; try again"));
    ready_.notify_one();
  }

 private:
  struct Waiting {
    Bytes entry;
    HttpReply reply;
  };

  void work() {
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

  void publish(const CosignedLog& cosigned) {
    if (sequencer_ == nullptr || sequencer_->tree() != cosigned.tree) return;
    const Status published = sequencer_->cosign(cosigned.signatures);
    if (published) return;
    on_error_(published.error());
    sequencer_ = nullptr;
  }

  // REQUIRES: mutex_ is held.
  void take(std::vector<Waiting>& batch) {
    size_t count = 0;
    for (size_t bytes = 0; count < std::min(waiting_.size(), kMostBatch); ++count) {
      bytes += waiting_[count].entry.size();
      if (count > 0 && bytes > kMostBatchBytes) break;
      waiting_bytes_ -= waiting_[count].entry.size() + kBytesOfWaiting;
    }
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    std::move(waiting_.begin(), end, std::back_inserter(batch));
    waiting_.erase(waiting_.begin(), end);
  }

  // After an error the log is opened anew, which settles what has become of the batch before.
  [[nodiscard]] Result<int64_t> append(const std::vector<Waiting>& batch) {
    if (sequencer_ == nullptr) {
      GLASS_TRY(sequencer_, open_sequencer(files_, log_));
    }
    std::vector<ByteView> entries;
    for (const Waiting& one : batch) entries.emplace_back(one.entry);
    auto first = sequencer_->append(entries);
    if (!first) sequencer_ = nullptr;
    return first;
  }

  void answer(const std::vector<Waiting>& batch, const Result<int64_t>& first) const {
    if (!first) on_error_(first.error());
    for (size_t i = 0; i < batch.size(); ++i)
      batch[i].reply(
          first ? system::plain_text(200, fmt::format("{}", *first + static_cast<int64_t>(i)))
                : system::plain_text(503,
                                     "the log cannot take entries at the moment; this one may "
                                     "be in it or not"));
  }

  system::Files& files_;
  const OwnLog& log_;
  std::unique_ptr<record::Sequencer> sequencer_;
  std::function<void(const Error&)> on_error_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<Waiting> waiting_;
  size_t waiting_bytes_ = 0;
  std::optional<CosignedLog> cosigned_;
  bool stopping_ = false;
  std::thread thread_;  // the last: it uses all of the above
};

HttpResponse not_there() {
  return system::plain_text(404, "there is nothing here");
}

// Anyone's page may read a log.
HttpResponse file_response(Bytes bytes, std::string_view type, std::string_view caching) {
  return {.status = 200,
          .headers = {{"Content-Type", std::string(type)},
                      {"Cache-Control", std::string(caching)},
                      {"Access-Control-Allow-Origin", "*"}},
          .body = std::string(as_text(bytes))};
}

// The size that was published last; 0 if nothing was.
int64_t published_size(system::Files& files, const record::LogFolder& folder) {
  const auto text = files.read_text(folder.checkpoint());
  if (!text) return 0;
  const auto note = record::parse_note(*text);
  const auto checkpoint =
      note ? record::parse_checkpoint(note->text) : tl::unexpected(note.error());
  return checkpoint ? checkpoint->tree.size : 0;
}

HttpResponse published_file(system::Files& files, const record::LogFolder& folder,
                            std::string_view path) {
  if (!path.starts_with('/')) return not_there();
  path.remove_prefix(1);
  const auto tile = record::tile_from_path(path);
  const bool immutable = tile || record::digest_from_blob_path(path);
  if (path != "checkpoint" && !immutable) return not_there();
  // What a growth that is not published yet has left there is nobody's business.
  if (tile && !record::is_in_log(*tile, published_size(files, folder))) return not_there();
  auto bytes = files.read(folder.published() / path);
  if (!bytes)
    return bytes.error().code == ErrorCode::kNotFound
               ? not_there()
               : system::plain_text(500, "the log cannot be read at the moment");
  if (!immutable) return file_response(std::move(*bytes), "text/plain; charset=utf-8", "max-age=2");
  return file_response(std::move(*bytes), "application/octet-stream",
                       "public, max-age=31536000, immutable");
}

}  // namespace

class LogServer::Running {
 public:
  Running(system::Files& files, OwnLog log) : files_(files), log_(std::move(log)) {}

  [[nodiscard]] Status start(const LogServerChoice& choice) {
    if (choice.takes_entries) {
      GLASS_TRY(auto sequencer, open_sequencer(files_, log_));
      queue_ = std::make_unique<EntryQueue>(files_, log_, std::move(sequencer), choice.on_error);
    }
    if (choice.policy) start_cosigner(choice);
    GLASS_TRY(server_, system::HttpServer::start(choice.listen.address, choice.listen.port,
                                                 [this](HttpRequest request, HttpReply reply) {
                                                   answer(std::move(request), std::move(reply));
                                                 },
                                                 {.body_bytes = record::kMostEntryBytes + 1}));
    return {};
  }

  [[nodiscard]] uint16_t port() const { return server_->port(); }

 private:
  void start_cosigner(const LogServerChoice& choice) {
    const auto publish = [this, tell = choice.on_error](CosignedLog cosigned) {
      if (queue_ != nullptr) return queue_->cosign(std::move(cosigned));
      const Status published = publish_cosigned(files_, log_, cosigned);
      if (!published) tell(published.error());
    };
    cosigner_ = std::make_unique<LogCosigner>(LogCosigner::World{.files = files_,
                                                                 .log = log_,
                                                                 .policy = *choice.policy,
                                                                 .every_ms = choice.ask_every_ms,
                                                                 .publish = publish,
                                                                 .on_error = choice.on_error});
  }

  void answer(HttpRequest request, HttpReply reply) {
    const std::string_view path = request.path();
    if (path == "/add" && queue_ != nullptr) {
      if (request.method != "POST") return reply(not_allowed("POST"));
      return queue_->add(Bytes(request.body.begin(), request.body.end()), std::move(reply));
    }
    if (request.method != "GET" && request.method != "HEAD") return reply(not_allowed("GET, HEAD"));
    if (path == "/") return reply(system::plain_text(200, about()));
    reply(published_file(files_, log_.folder, path));
  }

  static HttpResponse not_allowed(std::string_view methods) {
    HttpResponse response = system::plain_text(405, fmt::format("use {}", methods));
    response.headers.emplace_back("Allow", methods);
    return response;
  }

  [[nodiscard]] std::string about() const {
    return fmt::format(
        "The transparency log {}, in the formats of https://c2sp.org/tlog-tiles\n"
        "its key is {}\nit stands at /checkpoint",
        log_.origin, record::to_text(log_.note_key()));
  }

  system::Files& files_;
  OwnLog log_;
  std::unique_ptr<EntryQueue> queue_;
  std::unique_ptr<LogCosigner> cosigner_;       // calls the queue
  std::unique_ptr<system::HttpServer> server_;  // ends first: it calls the above
};

LogServer::LogServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

LogServer::~LogServer() = default;

Result<std::unique_ptr<LogServer>> LogServer::start(system::Files& files,
                                                    const system::Path& folder,
                                                    const LogServerChoice& choice) {
  GLASS_TRY(OwnLog log, open_own(files, folder));
  auto running = std::make_unique<Running>(files, std::move(log));
  GLASS_TRY_STATUS(running->start(choice));
  return std::unique_ptr<LogServer>(new LogServer(std::move(running)));
}

uint16_t LogServer::port() const {
  return running_->port();
}

}  // namespace glass::service
