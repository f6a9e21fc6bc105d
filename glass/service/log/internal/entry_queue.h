// EntryQueue: what a server takes for its log, appended by one thread in batches. Those that come
// while a batch is being made durable are the next batch: so the more come at once, the less each
// costs. A statement is looked for in the log first, and its text is durable before its entry.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/sequencer/entry_index.h"
#include "glass/record/sequencer/sequencer.h"
#include "glass/service/log/internal/ask_witnesses.h"
#include "glass/service/log/internal/own_log.h"
#include "glass/system/files.h"
#include "glass/system/http_server/http_server.h"

namespace glass::service {

class EntryQueue {
 public:
  // Becomes the log's one writer, and reads the hashes of all its entries. Files and log outlive
  // it. `on_error` is told what goes wrong inside.
  [[nodiscard]] static Result<std::unique_ptr<EntryQueue>> open(
      system::Files& files, const OwnLog& log, std::function<void(const Error&)> on_error);

  // What was taken is appended and answered first.
  ~EntryQueue();
  EntryQueue(const EntryQueue&) = delete;
  EntryQueue& operator=(const EntryQueue&) = delete;

  // From any thread, at once. Answered with "<index>".
  void add(Bytes entry, system::HttpReply reply);

  // The text of a signed statement that a log may take, and its entry. Answered with
  // "<index> appended", or "<index> known" if the log had it.
  void add_statement(std::string text, Bytes entry, system::HttpReply reply);

  // Publishes them if the log has not grown meanwhile; else they are worth nothing any more.
  void cosign(CosignedLog cosigned);

 private:
  struct Waiting {
    Bytes entry;
    std::string text;  // of the statement that the entry is; empty: it is none
    system::HttpReply reply;

    [[nodiscard]] size_t bytes() const { return entry.size() + text.size(); }
  };

  struct Place {
    int64_t index = 0;
    bool was_there = false;
  };

  using Places = std::vector<std::optional<Place>>;  // nothing: it could not be taken
  using Taken = std::map<crypto::Digest, int64_t>;   // statements of one batch

  EntryQueue(system::Files& files, const OwnLog& log, std::function<void(const Error&)> on_error)
      : files_(files), log_(log), on_error_(std::move(on_error)) {}

  void wait(Waiting one);
  void work();
  void take(std::vector<Waiting>& batch);
  void publish(const CosignedLog& cosigned);

  [[nodiscard]] Status open_log();
  [[nodiscard]] Result<std::optional<int64_t>> find(const crypto::Digest& leaf);
  [[nodiscard]] Result<std::optional<Place>> place(const Waiting& statement, int64_t next,
                                                   Taken& taken);
  [[nodiscard]] Result<Places> append(const std::vector<Waiting>& batch);
  void answer(const std::vector<Waiting>& batch, const Result<Places>& places) const;

  system::Files& files_;
  const OwnLog& log_;
  std::function<void(const Error&)> on_error_;
  std::unique_ptr<record::Sequencer> sequencer_;  // none after an error
  record::EntryIndex index_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<Waiting> waiting_;
  size_t waiting_bytes_ = 0;
  std::optional<CosignedLog> cosigned_;
  bool stopping_ = false;
  std::thread thread_;  // the last: it uses all of the above
};

}  // namespace glass::service
