#include "glass/service/training_settings.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/graph/backward.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/models/family.h"
#include "glass/engine/optim/parameter_groups.h"
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
  engine::Schedule schedule{.peak = recipe.optimizer.learning_rate,
                            .final_fraction = settings.final_factor,
                            .steps = recipe.train.steps};
  GLASS_TRY(schedule.kind, engine::schedule_from_name(settings.shape));
  if (schedule.kind != engine::ScheduleKind::kPieces) schedule.warmup_steps = settings.warmup_steps;
  if (schedule.kind == engine::ScheduleKind::kWsd) schedule.decay_steps = settings.decay_steps;
  for (const PieceSettings& piece : settings.pieces) {
    GLASS_TRY(const engine::PieceShape shape, engine::piece_shape_from_name(piece.shape));
    schedule.pieces.push_back({.shape = shape, .steps = piece.steps, .to = piece.to});
  }
  return schedule;
}

Result<std::vector<engine::ParameterGroup>> groups(const OptimizerSettings& optimizer) {
  std::vector<engine::ParameterGroup> groups;
  for (const GroupSettings& settings : optimizer.groups) {
    engine::ParameterGroup group{.names = settings.parameters,
                                 .learning_rate = settings.learning_rate_factor,
                                 .weight_decay = settings.weight_decay_factor};
    GLASS_TRY(group.decay, engine::decay_rule_from_name(settings.decay));
    for (const std::string& kind : settings.kinds) {
      GLASS_TRY(group.roles.emplace_back(), engine::parameter_role_from_name(kind));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

Result<engine::StepPolicy> policy(const TrainSettings& train) {
  engine::StepPolicy policy;
  GLASS_TRY(policy.on_non_finite, engine::action_from_name(train.on_non_finite));
  GLASS_TRY(policy.on_loss_spike, engine::action_from_name(train.on_loss_spike));
  policy.loss_spike_factor = train.loss_spike_factor;
  policy.max_events_in_a_row = train.max_events_in_a_row;
  policy.max_roll_backs = train.max_roll_backs;
  return policy;
}

}  // namespace

Result<engine::TrainingSettings> training_settings(const Recipe& recipe, const ModelBasis& basis) {
  const TrainSettings& train = recipe.train;
  const OptimizerSettings& optimizer = recipe.optimizer;
  engine::TrainingSettings settings;
  GLASS_TRY(settings.model, decoder_config(recipe, basis));
  settings.from_start = basis.start != nullptr;
  GLASS_TRY(settings.numerics, engine::numerics_from_name(recipe.numerics.numerics_class));
  GLASS_TRY(settings.recompute, engine::recompute_from_name(train.recompute));
  GLASS_TRY(settings.schedule, schedule(recipe));
  GLASS_TRY(settings.policy, policy(train));
  settings.recheck = {.every_steps = train.recheck, .retry = train.on_difference == "retry"};
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
                        .clip_norm = optimizer.clip_norm,
                        .momentum = optimizer.momentum,
                        .nesterov = optimizer.nesterov};
  GLASS_TRY(settings.optimizer.scale, engine::muon_scale_from_name(optimizer.update_scale));
  GLASS_TRY(settings.optimizer.groups, groups(optimizer));
  const RegularizationSettings& regularization = recipe.regularization;
  settings.regularization = {.label_smoothing = regularization.label_smoothing,
                             .z_loss = regularization.z_loss,
                             .embedding_dropout = regularization.embedding_dropout,
                             .residual_dropout = regularization.residual_dropout,
                             .attention_dropout = regularization.attention_dropout};
  settings.average = {.decay = recipe.average.decay, .use = recipe.average.use};
  settings.checkpoint_every = recipe.checkpoint.every_steps;
  settings.retention = {.keep_last = recipe.checkpoint.keep_last,
                        .keep_every_steps = recipe.checkpoint.keep_every_steps};
  return settings;
}

crypto::Digest graph_digest(const engine::TrainingPlan& plan) {
  return crypto::sha256(to_canonical(engine::to_json(plan.step.graph)));
}

}  // namespace glass::service
