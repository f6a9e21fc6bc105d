// From the recipe's words to the engine's: the settings of a training, and its memory.
#pragma once

#include <cstdint>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/train/training_plan.h"
#include "glass/service/recipe/recipe.h"

namespace glass::service {

// What decides the model besides the recipe.
struct ModelBasis {
  int64_t vocabulary = 0;                        // the tokenizer's: perhaps less than asked for
  const engine::DecoderConfig* start = nullptr;  // of the model to go on from; null: a new one
};

[[nodiscard]] Result<engine::TrainingSettings> training_settings(const Recipe& recipe,
                                                                 const ModelBasis& basis);

// The digest of the training graph of one micro-batch.
crypto::Digest graph_digest(const engine::TrainingPlan& plan);

}  // namespace glass::service
