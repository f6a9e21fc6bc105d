#include "glass/service/training_settings.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/graph/backward.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/models/family.h"
#include "glass/engine/optim/schedule.h"
#include "glass/engine/train/training_plan.h"
#include "glass/service/recipe/recipe.h"

namespace glass::service {
namespace {

engine::nn::Adapters adapters(const AdapterSettings& settings) {
  if (settings.rank == 0) return {};
  const auto targets = [&](std::string_view layer) {
    return std::ranges::find(settings.targets, layer) != settings.targets.end();
  };
  return {.rank = settings.rank,
          .alpha = settings.alpha,
          .qkv = targets("qkv"),
          .out = targets("out"),
          .up = targets("up"),
          .down = targets("down")};
}

Result<engine::DecoderConfig> decoder_config(const Recipe& recipe, const ModelBasis& basis) {
  if (basis.start != nullptr) {
    engine::DecoderConfig config = *basis.start;
    config.adapters = adapters(recipe.adapter);
    return config;
  }
  const ModelSettings& model = recipe.model;
  GLASS_TRY(const engine::ModelFamily* family, engine::model_family(model.family));
  return family->from_options({.layers = model.layers,
                               .d_model = model.d_model,
                               .heads = model.heads,
                               .kv_heads = model.kv_heads,
                               .d_ff = model.d_ff,
                               .vocabulary = basis.vocabulary,
                               .context = recipe.train.sequence_length,
                               .norm_epsilon = model.norm_epsilon,
                               .rope_theta = model.rope_theta,
                               .tied_embeddings = model.tied_embeddings,
                               .window = model.window,
                               .experts = model.experts,
                               .experts_per_token = model.experts_per_token,
                               .expert_balance = model.expert_balance});
}

Result<engine::Schedule> schedule(const Recipe& recipe) {
  const ScheduleSettings& settings = recipe.schedule;
  GLASS_TRY(const engine::ScheduleKind kind, engine::schedule_from_name(settings.shape));
  return engine::Schedule{.kind = kind,
                          .peak = recipe.optimizer.learning_rate,
                          .final_fraction = settings.final_factor,
                          .steps = recipe.train.steps,
                          .warmup_steps = settings.warmup_steps,
                          .decay_steps = settings.decay_steps};
}

Result<engine::StepPolicy> policy(const TrainSettings& train) {
  engine::StepPolicy policy;
  GLASS_TRY(policy.on_non_finite, engine::action_from_name(train.on_non_finite));
  GLASS_TRY(policy.on_loss_spike, engine::action_from_name(train.on_loss_spike));
  policy.loss_spike_factor = train.loss_spike_factor;
  return policy;
}

}  // namespace

Result<engine::TrainingSettings> training_settings(const Recipe& recipe, const ModelBasis& basis) {
  const TrainSettings& train = recipe.train;
  const OptimizerSettings& optimizer = recipe.optimizer;
  engine::TrainingSettings settings;
  GLASS_TRY(settings.model, decoder_config(recipe, basis));
  settings.from_start = basis.start != nullptr;
  GLASS_TRY(settings.recompute, engine::recompute_from_name(train.recompute));
  GLASS_TRY(settings.schedule, schedule(recipe));
  GLASS_TRY(settings.policy, policy(train));
  if (applies(recipe, "preference")) {
    settings.preference.emplace();
    settings.preference->beta = recipe.preference.beta;
    GLASS_TRY(settings.preference->loss, engine::preference_loss_from_name(recipe.preference.loss));
  }
  settings.seed = static_cast<uint64_t>(recipe.seed);
  settings.micro_batch = {.sequences = train.micro_batch_sequences,
                          .positions = train.sequence_length};
  settings.micro_batches = train.micro_batches;
  GLASS_TRY(const engine::OptimizerKind kind, engine::optimizer_from_name(optimizer.kind));
  settings.optimizer = {.kind = kind,
                        .beta1 = optimizer.beta1,
                        .beta2 = optimizer.beta2,
                        .epsilon = optimizer.epsilon,
                        .weight_decay = optimizer.weight_decay,
                        .clip_norm = optimizer.clip_norm};
  settings.checkpoint_every = recipe.checkpoint.every_steps;
  settings.retention = {.keep_last = recipe.checkpoint.keep_last,
                        .keep_every_steps = recipe.checkpoint.keep_every_steps};
  return settings;
}

crypto::Digest graph_digest(const engine::TrainingPlan& plan) {
  return crypto::sha256(to_canonical(engine::to_json(plan.step.graph)));
}

}  // namespace glass::service
