// publish_model: a finished run becomes a folder that anyone can load, read and check.
//
//   plan    record, replays, answers, forms, log: whatever is cheap to refuse
//   stage   model files, GGUF (read back, compared), evidence, documents, provenance, statement
//   prove   signed, and verified as a stranger would
//   log     entries of record and statement; signed and verified again, with the proof
//   publish the folder appears
//
// What always holds: the folder appears whole and verified, or not at all; nothing of the run or
// the answers can fail once the log has an entry; the same run, answers, keys and log give the same
// bytes; nothing of it is newer than the record, but what the log adds. Two releases to one folder
// do not meet: the second is refused.
// Layout: record/release/release_layout.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/ecdsa.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/service/log/statement_log.h"
#include "glass/service/services.h"
#include "glass/system/files.h"

namespace glass::service {

struct ReleaseChoice {
  system::Path run;      // a finished one
  system::Path to;       // must not be there, not even as a link that leads nowhere
  system::Path answers;  // release.toml
  // Folder or public journal of the facility that governs what is released; empty: none does, which
  // is refused where the record says otherwise.
  system::Path facility = {};
  StatementLog* log = nullptr;  // outlives the call; none: the release is in none, and says so
  std::vector<std::string> forms = {"F32", "F16", "Q8_0"};  // of GGUF files, in either case; none:
                                                            // no such file
  // Weights of more bytes are split into files of at most so many, as Hugging Face's hub does.
  int64_t shard_bytes = 5'000'000'000;
  bool allows_missing = false;  // answers that the forms demand; they are told as missing
};

struct PublishedRelease {
  std::string name, version;
  record::EvidenceNode tree;  // as its maker verified it, with its own keys
};

// kRefused if the folder is there or on its way, if answers are missing, which it lists, or if the
// facility that governed the run has not decided that exactly this model may be published;
// kInvalidInput names what is wrong with run, answers or forms; kMismatch what of the run was
// changed since it was recorded, or that a replay was not equal; kNotFound that there is no such
// log, kRefused that it takes nothing now, kIo that a proof did not come in time; kInterrupted that
// the user stopped it. After each nothing is published and nothing is left beside the folder.
[[nodiscard]] Result<PublishedRelease> publish_model(const ReleaseChoice& choice,
                                                     const crypto::P256SecretKey& key,
                                                     const Services& services);

// The text of a release.toml to fill in, with what `answers` (may be empty) says already.
[[nodiscard]] Result<std::string> release_questions_of(const system::Path& run,
                                                       const system::Path& answers,
                                                       const Services& services);

}  // namespace glass::service
