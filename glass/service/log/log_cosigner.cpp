#include "glass/service/log/internal/log_cosigner.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::service {
namespace {

bool has_all_cosignatures(const record::SignedNote& note, const record::Policy& policy) {
  return std::ranges::all_of(policy.witnesses, [&](const record::PolicyWitness& witness) {
    return witness.url.empty() ||
           std::ranges::any_of(note.signatures, [&](const record::NoteSignature& one) {
             return record::is_by(one, witness.key);
           });
  });
}

}  // namespace

LogCosigner::LogCosigner(World world) : world_(std::move(world)), thread_([this] { work(); }) {}

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

// A state that is published with the word of all witnesses who can be asked is not shown again.
void LogCosigner::ask() {
  const auto text = world_.files.read_text(world_.log.folder.checkpoint());
  const auto note = text ? record::parse_note(*text) : tl::unexpected(text.error());
  if (!note || has_all_cosignatures(*note, world_.policy)) return;
  auto cosigned = ask_witnesses(world_.files, world_.log, world_.policy);
  if (!cosigned) return tell("", cosigned.error().message);
  for (const AskedWitness& one : cosigned->asked) tell(one.name, one.why_not);
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
