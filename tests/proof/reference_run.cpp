#include "tests/proof/reference_run.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/family.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/synthetic_batches.h"
#include "glass/engine/train/trainer.h"
#include "glass/engine/train/training_plan.h"
#include "glass/system/files.h"

namespace glass::proof {

engine::TrainingSettings reference_settings() {
  engine::TrainingSettings settings;
  settings.model = engine::model_family("llama")
                       .value()
                       ->from_options({.layers = 2,
                                       .d_model = 32,
                                       .heads = 2,
                                       .kv_heads = 1,
                                       .d_ff = 528,
                                       .vocabulary = 520,
                                       .context = 528})
                       .value();
  settings.seed = 20260101;
  settings.micro_batch = {.sequences = 1, .positions = 528};
  settings.micro_batches = 5;
  settings.schedule = {
      .kind = engine::ScheduleKind::kCosine, .peak = 3e-3, .steps = kSteps, .warmup_steps = 3};
  settings.checkpoint_every = 4;
  return settings;
}

engine::TrainingSettings options_settings() {
  engine::TrainingSettings settings = reference_settings();
  settings.optimizer.kind = engine::OptimizerKind::kMuon;
  settings.optimizer.groups = {
      {.roles = {engine::ParameterRole::kEmbedding}, .learning_rate = 0.5}};
  settings.regularization = {.label_smoothing = 0.1,
                             .z_loss = 1e-3,
                             .embedding_dropout = 0.1,
                             .residual_dropout = 0.2,
                             .attention_dropout = 0.1};
  settings.average.decay = 0.9;
  return settings;
}

engine::TrainingSettings bf16_settings() {
  engine::TrainingSettings settings = reference_settings();
  settings.numerics = engine::Numerics::kPortable1Bf16;
  return settings;
}

Result<std::vector<std::string>> reference_run(const engine::TrainingSettings& settings,
                                               int64_t last_step, const engine::Kernels& kernels,
                                               Parallel& parallel, system::Files& files,
                                               const system::Path& folder) {
  GLASS_TRY(auto plan, engine::plan_training(settings, kernels, parallel.workers()));
  GLASS_TRY(const auto trainer,
            engine::Trainer::create(
                std::move(plan),
                engine::synthetic_batches(settings.micro_batch, settings.model.vocabulary, 1),
                {.kernels = kernels, .parallel = parallel, .files = files, .checkpoints = folder}));
  GLASS_TRY(const auto resumed, trainer->resume(last_step));
  crypto::Digest head = resumed.chain_head.value_or(crypto::Digest());
  std::vector<std::string> lines;
  while (trainer->progress().step < last_step) {
    GLASS_TRY(const engine::StepRecord record, trainer->step());
    Json::Object json = to_json(record);
    json["prev"] = to_text(head);
    head = crypto::sha256(to_canonical(json));
    lines.push_back(fmt::format("{} {}", record.step, to_text(head)));
    if (record.parameters) trainer->save(head);
  }
  GLASS_TRY_STATUS(trainer->finish());
  return lines;
}

}  // namespace glass::proof
