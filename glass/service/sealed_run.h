// SealedRun: the key of a run at SL-3, and the readers who can open it.
//
//   OUT/training/sealed.json    the key, sealed to each reader; signed by the operator who started
//
// The key itself stands in no file. It is drawn when the training begins and is in the memory of
// the process that trains; whoever goes on later needs the secret key of a reader. What it seals:
// sealed_files.h. Format page: docs/reference/formats/sealed-files.md.
#pragma once

#include <span>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sealing.h"
#include "glass/service/governance.h"
#include "glass/service/run_folder.h"
#include "glass/system/files.h"

namespace glass::service {

struct SealedRun {
  GovernedBy by;
  crypto::PublicKey signer;
  crypto::SealingKey key;
};

bool is_sealed_run(system::Files& files, const RunPaths& paths);

// A new key for a training that has not begun, sealed to the readers and signed. kRefused if
// anything of the training is there already. REQUIRES: at least one reader.
[[nodiscard]] Result<SealedRun> begin_sealed_run(const GovernedBy& by,
                                                 std::span<const crypto::PublicKey> readers,
                                                 const crypto::SecretKey& signer,
                                                 const RunPaths& paths, system::Files& files);

// kRefused if the reader is none of the named ones; kMismatch if the file was changed since it was
// signed. Whose signature it is, is for the caller to judge.
[[nodiscard]] Result<SealedRun> open_sealed_run(const crypto::SecretKey& reader,
                                                const RunPaths& paths, system::Files& files);

}  // namespace glass::service
