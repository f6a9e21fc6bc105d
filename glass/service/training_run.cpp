#include "glass/service/training_run.h"

#include <functional>
#include <memory>
#include <utility>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/train/batch_source.h"
#include "glass/engine/train/trainer.h"
#include "glass/engine/train/training_plan.h"
#include "glass/service/batches.h"
#include "glass/service/prepare_data.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/service/training_settings.h"
#include "glass/system/machine.h"

namespace glass::service {

const engine::Kernels& kernels() {
  return *engine::available_kernels().front();
}

crypto::Digest recipe_digest(const Recipe& recipe) {
  return crypto::sha256(to_canonical(to_json(recipe)));
}

ModelBasis basis_of(const PreparedData& data) {
  return {.vocabulary = data.tokenizer.vocabulary_size(),
          .start = data.start ? &data.start->model.config : nullptr};
}

const engine::ModelFamily& family_of(const Recipe& recipe, const PreparedData& data) {
  return data.start ? *data.start->family : *engine::model_family(recipe.model.family).value();
}

namespace {

RunOrigin origin_of(const Recipe& recipe, const PreparedData& data,
                    const engine::TrainingPlan& plan) {
  RunOrigin origin;
  origin.numerics = plan.settings.numerics;
  origin.recipe = recipe_digest(recipe);
  origin.corpus = data.corpus.manifest_digest;
  origin.tokenizer = data.tokenizer_digest;
  origin.graph = graph_digest(plan);
  if (data.tokens.shards) origin.shards = data.tokens.shards->manifest_digest();
  if (data.tokens.examples) origin.examples = data.tokens.examples->digest();
  if (data.start) origin.start = data.start->manifest_digest;
  return origin;
}

}  // namespace

Result<TrainingRun> open_training(const Recipe& recipe, const PreparedData& data,
                                  const RunPaths& paths, const Services& services,
                                  std::function<Status()> may_go_on) {
  GLASS_TRY(const engine::TrainingSettings settings, training_settings(recipe, basis_of(data)));
  GLASS_TRY(engine::TrainingPlan plan,
            engine::plan_training(settings, kernels(), services.parallel.workers()));
  GLASS_TRY_STATUS(
      engine::expect_fits(plan.memory, static_cast<int64_t>(system::available_memory_bytes())));
  GLASS_TRY(Batches batches, Batches::create(recipe, data.tokens, data.tokenizer));
  TrainingRun run{.origin = origin_of(recipe, data, plan),
                  .flops_per_token = 0,
                  .batches = std::move(batches),
                  .start = nullptr,
                  .trainer = nullptr};
  if (data.start)
    run.start = std::make_unique<engine::TensorViews>(engine::views(data.start->model));
  GLASS_TRY(run.flops_per_token,
            engine::training_flops_per_token(
                settings.model, attended_positions(data.tokens, recipe.train.sequence_length)));
  const engine::TrainerWorld world{.kernels = kernels(),
                                   .parallel = services.parallel,
                                   .files = services.files,
                                   .checkpoints = paths.checkpoints(),
                                   .start = run.start.get(),
                                   .may_go_on = std::move(may_go_on)};
  GLASS_TRY(run.trainer, engine::Trainer::create(std::move(plan), run.batches.training(), world));
  return run;
}

}  // namespace glass::service
