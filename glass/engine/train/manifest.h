// Manifest: all of a checkpoint but its tensors, as canonical JSON that carries its own digest.
#pragma once

#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/tensor/numerics.h"
#include "glass/engine/train/training_state.h"

namespace glass::engine {

struct Manifest {
  Numerics numerics = Numerics::kPortable1;
  DecoderConfig model;
  Progress progress;
  crypto::Digest chain_head;  // of the run's chain after this step
  StateDigests digests;
};

// The member "digest" is SHA-256 of the canonical text of the other members.
std::string manifest_text(const Manifest& manifest);

// kCorruption if the text is not exactly what manifest_text writes for some manifest. kInvalidInput
// if it is unhurt, but of a version or a numerics class that this program does not know.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);

}  // namespace glass::engine
