// From the recipe's words to the engine's: the settings of a training, and its memory.
#pragma once

#include <cstdint>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/train/training_plan.h"
#include "glass/service/recipe/recipe.h"

namespace glass::service {

// `vocabulary` is the tokenizer's, which may be smaller than what the recipe asked for.
[[nodiscard]] Result<engine::TrainingSettings> training_settings(const Recipe& recipe,
                                                                 int64_t vocabulary);

// The digest of the training graph of one micro-batch.
crypto::Digest graph_digest(const engine::TrainingPlan& plan);

}  // namespace glass::service
