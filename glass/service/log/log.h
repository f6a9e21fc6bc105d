// The use cases on a transparency log: make it, append, prove, check. A log lies in a
// folder (record/sequencer/log_folder.h) with a key of its own; outsiders know it by the public
// one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/sequencer/fsck.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"

namespace glass::service {

struct LogState {
  record::NoteKey key;  // that its checkpoints are signed with; its name is the origin
  record::TreeHead tree;
  std::string note;  // the signed checkpoint
};

// kRefused if there is one already. `database` is a connection of PostgreSQL that keeps the head,
// for a log whose writers run on several machines; empty: a file of the folder.
[[nodiscard]] Result<LogState> init_log(system::Files& files, const system::Path& folder,
                                        const std::string& origin,
                                        const std::string& database = "");

[[nodiscard]] Result<LogState> show_log(system::Files& files, const system::Path& folder);

struct AppendedEntries {
  int64_t first = 0;  // index; the others follow it
  LogState log;
};

// REQUIRES: at least one entry.
[[nodiscard]] Result<AppendedEntries> append_entries(system::Files& files,
                                                     const system::Path& folder,
                                                     std::span<const Bytes> entries);

// That the entry is in the log as it stands. kInvalidInput if there is none of this index.
[[nodiscard]] Result<record::ProofFile> prove_entry(system::Files& files,
                                                    const system::Path& folder, int64_t index);

struct ConsistencyProof {
  record::TreeHead old, now;
  std::vector<crypto::Digest> hashes;
};

// That the log as it stands begins with what it was at `old_size`.
[[nodiscard]] Result<ConsistencyProof> prove_growth(system::Files& files,
                                                    const system::Path& folder, int64_t old_size);

// record::check_log_files of a log of our own.
[[nodiscard]] Result<record::LogHealth> check_log(system::Files& files, const system::Path& folder,
                                                  FunctionRef<bool(int64_t)> progress);

}  // namespace glass::service
