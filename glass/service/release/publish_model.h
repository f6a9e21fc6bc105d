// publish_model: a finished run becomes a folder that anyone can load, read and check.
//
//   facts -> model files, GGUF (read back, compared) -> evidence -> documents -> statement
//         -> entry of the log -> signature of all files -> verified -> the folder appears
//
// What always holds: the folder appears whole and verified, or not at all; the same run, answers,
// keys and log give the same bytes; nothing of it is newer than the record, but what the log adds.
// Layout: record/release/release_layout.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/ecdsa.h"
#include "glass/record/release/evidence_tree.h"
#include "glass/service/services.h"
#include "glass/system/files.h"

namespace glass::service {

struct ReleaseChoice {
  system::Path run;      // a finished one
  system::Path to;       // must not be there
  system::Path answers;  // release.toml
  system::Path log;      // folder of a log of our own; empty: the release is in none, and says so
  std::vector<std::string> forms = {"F32", "F16", "Q8_0"};  // of GGUF files; none: no such file
  bool allows_missing = false;  // answers that the forms demand; they are told as missing
};

struct PublishedRelease {
  std::string name, version;
  record::EvidenceNode tree;  // as its maker verified it, with its own keys
};

// kRefused if the folder is there, or if answers are missing, which it lists; kInvalidInput names
// what is wrong with run or answers; kMismatch what of the run was changed since it was recorded.
[[nodiscard]] Result<PublishedRelease> publish_model(const ReleaseChoice& choice,
                                                     const crypto::P256SecretKey& key,
                                                     const Services& services);

// The text of a release.toml to fill in, with what `answers` (may be empty) says already.
[[nodiscard]] Result<std::string> release_questions_of(const system::Path& run,
                                                       const system::Path& answers,
                                                       const Services& services);

}  // namespace glass::service
