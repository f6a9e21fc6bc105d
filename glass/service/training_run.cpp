#include "glass/service/training_run.h"

#include <memory>
#include <utility>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/loader/loader.h"
#include "glass/data/shard/shard.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/train/batch_source.h"
#include "glass/engine/train/trainer.h"
#include "glass/engine/train/training_plan.h"
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

Result<TrainingRun> open_training(const Recipe& recipe, const PreparedData& data,
                                  const RunPaths& paths, const Services& services) {
  GLASS_TRY(const engine::TrainingSettings settings,
            training_settings(recipe, data.tokenizer.vocabulary_size()));
  GLASS_TRY(engine::TrainingPlan plan,
            engine::plan_training(settings, kernels(), services.parallel.workers()));
  GLASS_TRY_STATUS(
      engine::expect_fits(plan.memory, static_cast<int64_t>(system::available_memory_bytes())));
  TrainingRun run;
  run.origin = {.recipe = recipe_digest(recipe),
                .corpus = data.corpus.manifest_digest,
                .tokenizer = data.tokenizer_digest,
                .shards = data.shards.manifest_digest(),
                .graph = graph_digest(plan)};
  GLASS_TRY(run.flops_per_token,
            engine::training_flops_per_token(settings.model, recipe.train.sequence_length));
  GLASS_TRY(data::Loader loader,
            data::Loader::create(data.shards,
                                 {.sequence_length = recipe.train.sequence_length,
                                  .micro_batch_sequences = recipe.train.micro_batch_sequences,
                                  .micro_batches_per_step = recipe.train.micro_batches,
                                  .seed = static_cast<uint64_t>(recipe.seed)}));
  run.loader = std::make_unique<data::Loader>(std::move(loader));
  GLASS_TRY(data::HeldOutLoader held_out,
            data::HeldOutLoader::create(data.shards, recipe.train.sequence_length,
                                        recipe.train.micro_batch_sequences));
  run.held_out = std::make_unique<data::HeldOutLoader>(std::move(held_out));
  const engine::TrainerWorld world{.kernels = kernels(),
                                   .parallel = services.parallel,
                                   .files = services.files,
                                   .checkpoints = paths.checkpoints()};
  GLASS_TRY(run.trainer,
            engine::Trainer::create(std::move(plan), engine::batches_of(*run.loader), world));
  return run;
}

}  // namespace glass::service
