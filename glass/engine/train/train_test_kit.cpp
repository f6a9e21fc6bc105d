#include "glass/engine/train/train_test_kit.h"

#include <cstdint>
#include <utility>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/family.h"
#include "glass/engine/train/synthetic_batches.h"
#include "glass/engine/train/trainer.h"
#include "glass/engine/train/training_plan.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::engine::test {

TrainingSettings tiny_settings() {
  TrainingSettings settings;
  settings.model = model_family("llama")
                       .value()
                       ->from_options({.layers = 2,
                                       .d_model = 16,
                                       .heads = 4,
                                       .kv_heads = 2,
                                       .d_ff = 24,
                                       .vocabulary = 29,
                                       .context = 24})
                       .value();
  settings.seed = 7;
  settings.micro_batch = {.sequences = 2, .positions = 24};
  settings.micro_batches = 4;
  settings.schedule = {.kind = ScheduleKind::kCosine, .peak = 0.02, .steps = 20, .warmup_steps = 3};
  settings.checkpoint_every = 5;
  return settings;
}

TinyRun::TinyRun(const TrainingSettings& settings, system::Files& files,
                 const system::Path& checkpoints, BatchSource source, const TensorViews* start) {
  const Kernels& kernels = *find_kernels("");
  auto plan = plan_training(settings, kernels, 1);
  EXPECT_TRUE(plan) << plan.error().message;
  if (!source)
    source = synthetic_batches(settings.micro_batch, settings.model.vocabulary, settings.seed);
  const TrainerWorld world{.kernels = kernels,
                           .parallel = serial_,
                           .files = files,
                           .checkpoints = checkpoints,
                           .start = start};
  auto trainer = Trainer::create(std::move(*plan), std::move(source), world);
  EXPECT_TRUE(trainer) << trainer.error().message;
  trainer_ = std::move(*trainer);
}

Status TinyRun::run_to(int64_t last) {
  while (trainer_->progress().step < last) {
    GLASS_TRY(const StepRecord record, trainer_->step());
    records_.push_back(record);
    if (record.parameters) trainer_->save(crypto::sha256("chain"));
  }
  return {};
}

crypto::Digest digest_at(const TrainingSettings& settings, int64_t last) {
  const system::TemporaryFolder folder;
  TinyRun run(settings, system::posix_files(), folder / "checkpoints");
  run.trainer().initialize();
  const Status status = run.run_to(last);
  EXPECT_TRUE(status) << status.error().message;
  return run.trainer().parameter_digest();
}

}  // namespace glass::engine::test
