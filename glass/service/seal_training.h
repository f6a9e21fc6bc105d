// SealTraining: what level SL-3 asks of a training's files: weights on the disk are sealed to
// readers whom the facility knows, and the process that holds the key has no network.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/institution/acts/state.h"
#include "glass/service/governance.h"
#include "glass/service/run_folder.h"
#include "glass/system/files.h"

namespace glass::service {

inline constexpr int64_t kSealedLevel = 3;  // and above
inline constexpr size_t kMostReaders = 10;  // named, at SL-3

struct SealingChoice {
  std::vector<std::string> readers;         // seats, or keys that act for one: of a new training
  std::optional<crypto::SecretKey> reader;  // of whoever goes on with one
};

// Through which a training at SL-3 reads and writes. kRefused says what is missing: readers, the
// key of one, or that the process still has a network. `state` is the facility's; `files` outlives
// it.
[[nodiscard]] Result<std::unique_ptr<system::Files>> seal_training(
    const institution::State& state, const GovernedBy& by, const SealingChoice& choice,
    const crypto::SecretKey& operator_key, const RunPaths& paths, system::Files& files);

}  // namespace glass::service
