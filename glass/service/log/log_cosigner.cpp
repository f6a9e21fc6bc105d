#include "glass/service/log/internal/log_cosigner.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"

namespace glass::service {

LogCosigner::LogCosigner(World world)
    : world_(std::move(world)), cosigned_{.size = -1, .root = {}}, thread_([this] { work(); }) {}

LogCosigner::~LogCosigner() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void LogCosigner::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    ask();
    lock.lock();
    stop_.wait_for(lock, std::chrono::milliseconds(world_.every_ms), [&] { return stopping_; });
  }
}

// A state that all witnesses with a URL have cosigned is not shown to them again.
void LogCosigner::ask() {
  record::FolderSource source(world_.files, world_.log.folder.published());
  const record::NoteKey key = world_.log.note_key();
  const auto published = record::read_checkpoint(source, {&key, 1});
  if (!published || published->checkpoint.tree == cosigned_) return;
  auto cosigned = ask_witnesses(world_.files, world_.log, world_.policy);
  if (!cosigned) return tell("", cosigned.error().message);
  for (const AskedWitness& one : cosigned->asked) tell(one.name, one.why_not);
  if (std::ranges::all_of(cosigned->asked, &AskedWitness::cosigned)) cosigned_ = cosigned->tree;
  if (!cosigned->signatures.empty()) world_.publish(std::move(*cosigned));
}

void LogCosigner::tell(const std::string& witness, const std::string& why) {
  std::string& before = told_[witness];
  if (before == why) return;
  before = why;
  if (!why.empty())
    world_.on_error(
        {ErrorCode::kIo, witness.empty() ? why : fmt::format("witness {}: {}", witness, why)});
}

}  // namespace glass::service
