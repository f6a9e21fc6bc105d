// TrainingRun: an engine trainer standing in a run folder: with its data, its chain and its origin.
// What training, replay and verification have in common.
#pragma once

#include <functional>
#include <memory>

#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/family.h"
#include "glass/engine/train/trainer.h"
#include "glass/service/batches.h"
#include "glass/service/prepare_data.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/service/training_settings.h"
#include "glass/service/use_cases.h"

namespace glass::service {

// The fastest kernels this machine can run.
const engine::Kernels& kernels();

// Where the parameters of a training begin that these data were prepared for.
ModelBasis basis_of(const PreparedData& data);

// The family that writes the trained model. REQUIRES: the recipe was checked.
const engine::ModelFamily& family_of(const Recipe& recipe, const PreparedData& data);

// Built from the recipe and finished data. kRefused, with the figures, if it does not fit into
// memory. `data` must outlive it. `may_go_on` is asked many times within a step; an error ends it.
struct TrainingRun {
  RunOrigin origin;
  double flops_per_token;
  Batches batches;
  std::unique_ptr<engine::TensorViews> start;  // of the data's start; null: there is none
  std::unique_ptr<engine::Trainer> trainer;
};

[[nodiscard]] Result<TrainingRun> open_training(const Recipe& recipe, const PreparedData& data,
                                                const RunPaths& paths, const Services& services,
                                                std::function<Status()> may_go_on = {});

// Parameters, arithmetic and memory of a recipe's model.
[[nodiscard]] Result<PlanReport> plan_of(const Recipe& recipe, const ModelBasis& basis,
                                         const Services& services);

crypto::Digest recipe_digest(const Recipe& recipe);

}  // namespace glass::service
