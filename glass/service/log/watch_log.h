// What outsiders do with a log over time: cosign it as witnesses are asked to, and watch it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"

namespace glass::service {

struct AskedWitness {
  std::string name;
  bool cosigned = false;
  std::string why_not = {};  // else
};

// Asks the witnesses of the policy that have a URL to cosign our log as it stands, and publishes
// what they answer. One that does not answer is told; the others still count.
[[nodiscard]] Result<std::vector<AskedWitness>> cosign_log(system::Files& files,
                                                           const system::Path& folder,
                                                           const record::Policy& policy);

struct WatchedLog {
  record::TreeHead before;  // what it was seen at; size 0 at first
  record::TreeHead now;
};

// Reads a log's checkpoint and proves that it continues what was seen before, which the file
// `state` remembers. kMismatch if it does not: then the log has forked, and both checkpoints are
// kept: `state`, and `state`.forked. Nothing is proved against the log by kCorruption, where the
// source's tiles are not those of the checkpoint, and kIo, where the checkpoint is an older one.
// The log's key is the first.
[[nodiscard]] Result<WatchedLog> watch_log(record::LogSource& source,
                                           std::span<const record::NoteKey> keys,
                                           system::Files& files, const system::Path& state);

}  // namespace glass::service
