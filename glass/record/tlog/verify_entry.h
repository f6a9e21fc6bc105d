// VerifyEntry: what an outsider checks of an entry, offline: that a proof leads from its bytes to a
// checkpoint that the log and enough witnesses have signed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::record {

struct VerifiedEntry {
  int64_t index = 0;
  Checkpoint checkpoint;
  std::vector<std::string> witnesses;             // that have cosigned it, of those that are known
  std::optional<int64_t> seen_unix_seconds = {};  // by when the policy's quorum had seen it
};

// The log is the first of `keys`; all others must have cosigned. kMismatch tells what fails.
[[nodiscard]] Result<VerifiedEntry> verify_entry(const ProofFile& proof, ByteView entry,
                                                 std::span<const NoteKey> keys);

// The same with the log and the witnesses that a policy asks for.
[[nodiscard]] Result<VerifiedEntry> verify_entry(const ProofFile& proof, ByteView entry,
                                                 const Policy& policy);

}  // namespace glass::record
