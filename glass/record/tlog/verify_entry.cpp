#include "glass/record/tlog/verify_entry.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/log_reader.h"

namespace glass::record {
namespace {

Result<VerifiedEntry> entry_in(const OpenedCheckpoint& opened, const ProofFile& proof,
                               ByteView entry) {
  GLASS_TRY_STATUS(
      check_inclusion(leaf_hash(entry), proof.index, proof.proof, opened.checkpoint.tree));
  VerifiedEntry verified{.index = proof.index,
                         .checkpoint = opened.checkpoint,
                         .witnesses = {},
                         .seen_unix_seconds = opened.seen_unix_seconds};
  for (const NoteVerdict& verdict : opened.verdicts) {
    if (verdict.unix_seconds) verified.witnesses.push_back(opened.key_names.at(verdict.key));
  }
  return verified;
}

}  // namespace

Result<VerifiedEntry> verify_entry(const ProofFile& proof, ByteView entry,
                                   std::span<const NoteKey> keys) {
  GLASS_TRY(const OpenedCheckpoint opened, open_checkpoint(to_text(proof.checkpoint), keys));
  for (size_t i = 1; i < keys.size(); ++i) {
    if (std::ranges::find(opened.verdicts, i, &NoteVerdict::key) == opened.verdicts.end())
      return fail(ErrorCode::kMismatch,
                  fmt::format("the checkpoint is not cosigned by {}", keys[i].name));
  }
  return entry_in(opened, proof, entry);
}

Result<VerifiedEntry> verify_entry(const ProofFile& proof, ByteView entry, const Policy& policy) {
  GLASS_TRY(const OpenedCheckpoint opened, open_by_policy(to_text(proof.checkpoint), policy));
  return entry_in(opened, proof, entry);
}

}  // namespace glass::record
