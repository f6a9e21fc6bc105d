// TrainingRun: an engine trainer standing in a run folder: with its data, its chain and its origin.
// What training, replay and verification have in common.
#pragma once

#include <memory>

#include "glass/base/result.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/train/trainer.h"
#include "glass/service/prepare_data.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/service/use_cases.h"

namespace glass::service {

// The fastest kernels this machine can run.
const engine::Kernels& kernels();

// Built from the recipe and finished data. kRefused, with the figures, if it does not fit into
// memory. `data` must outlive it.
struct TrainingRun {
  RunOrigin origin;
  double flops_per_token;
  std::unique_ptr<data::Loader> loader;
  std::unique_ptr<data::HeldOutLoader> held_out;
  std::unique_ptr<engine::Trainer> trainer;
};

[[nodiscard]] Result<TrainingRun> open_training(const Recipe& recipe, const PreparedData& data,
                                                const RunPaths& paths, const Services& services);

// Parameters, arithmetic and memory of a recipe's model with so many tokens.
[[nodiscard]] Result<PlanReport> plan_of(const Recipe& recipe, int64_t vocabulary,
                                         const Services& services);

crypto::Digest recipe_digest(const Recipe& recipe);

}  // namespace glass::service
