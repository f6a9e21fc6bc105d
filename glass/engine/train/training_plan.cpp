#include "glass/engine/train/training_plan.h"

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/optim/optimizer.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/optim/schedule.h"
#include "glass/engine/plan/plan.h"
#include "glass/engine/train/step_record.h"

namespace glass::engine {
namespace {

tl::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::kInvalidInput, "training: " + std::move(what));
}

Status check(const TrainingSettings& settings) {
  GLASS_TRY_STATUS(validate(settings.model));
  GLASS_TRY_STATUS(check(settings.optimizer));
  GLASS_TRY_STATUS(check(settings.schedule));
  if (settings.micro_batch.sequences < 1 || settings.micro_batch.positions < 1 ||
      settings.micro_batches < 1)
    return wrong("a step needs at least one micro-batch of one sequence of one token");
  if (settings.micro_batch.positions > settings.model.context)
    return wrong(fmt::format("sequences of {} tokens are longer than the model's context of {}",
                             settings.micro_batch.positions, settings.model.context));
  if (settings.workers < 1) return wrong("there must be at least one worker");
  if (settings.checkpoint_every < 1)
    return wrong("a checkpoint must be due every step or more rarely");
  if (settings.retention.keep_last < 1 || settings.retention.keep_every_steps < 0)
    return wrong("at least one checkpoint must be kept");
  if (settings.policy.on_non_finite == Action::kRecord)
    return wrong("a step whose loss is not finite cannot just be recorded");
  if (!(settings.policy.loss_spike_factor > 1))
    return wrong("the loss-spike factor must be above 1");
  if (settings.policy.max_events_in_a_row < 1 || settings.policy.max_roll_backs < 0)
    return wrong("at least one event and no roll-back must be allowed");
  if (!(settings.average.decay >= 0 && settings.average.decay < 1))
    return wrong("the decay of the average must be at least 0 and below 1");
  if (settings.average.use && settings.average.decay == 0)
    return wrong("an average that is used needs a decay above 0");
  if (settings.recheck.every_steps < 0) return wrong("a recheck is due every step or more rarely");
  if (settings.preference && !(settings.preference->beta > 0))
    return wrong("the beta of preferences must be above 0");
  if (settings.preference && !settings.from_start)
    return wrong("preferences need a model to start from, which answers are compared with");
  const Regularization& r = settings.regularization;
  if (settings.preference && (r.drops() || r.label_smoothing != 0 || r.z_loss != 0))
    return wrong("preferences are compared as they are; leave the regularization out");
  return {};
}

// Buffers of the layout that the gradients of a step take, over all workers.
int64_t gradient_buffers(const TrainingSettings& settings) {
  const int64_t share = (settings.micro_batches + settings.workers - 1) / settings.workers;
  const auto levels = static_cast<int64_t>(std::bit_width(static_cast<uint64_t>(share - 1)));
  return settings.workers * (levels + 1);
}

// Of a TrainingState.
int64_t state_bytes(const TrainingSettings& settings, const ParameterLayout& layout) {
  int64_t floats = 2 * layout.floats();
  if (moments(settings.optimizer.kind) == 2) floats += layout.second_floats();
  if (settings.average.decay > 0) floats += layout.floats();
  return floats * static_cast<int64_t>(sizeof(float));
}

ParameterRole role_of(const ParameterSpec& spec) {
  if (spec.name == "embed.weight" || spec.name == "position.weight")
    return ParameterRole::kEmbedding;
  if (spec.name == "head.weight") return ParameterRole::kHead;
  if (spec.shape.size() >= 2) return ParameterRole::kMatrix;
  return spec.name.ends_with(".bias") ? ParameterRole::kBias : ParameterRole::kNorm;
}

// Fused layers are several matrices for Muon; so are the matrices of a tensor of more dimensions.
std::vector<int64_t> matrix_rows(const ParameterSpec& spec, const DecoderConfig& model) {
  const int64_t heads = model.n_heads * model.head_dim, keys = model.n_kv_heads * model.head_dim;
  if (spec.name.ends_with(".attn.qkv.weight")) return {heads, keys, keys};
  if (spec.name.ends_with(".mlp.gate_up.weight")) return {model.d_ff, model.d_ff};
  int64_t matrices = 1;
  for (size_t i = 0; i + 2 < spec.shape.size(); ++i) matrices *= spec.shape[i];
  return std::vector<int64_t>(static_cast<size_t>(matrices), spec.shape[spec.shape.size() - 2]);
}

// Of the model that the training starts from.
int64_t start_bytes(const TrainingPlan& plan) {
  if (!plan.settings.from_start) return 0;
  const auto specs = parameters(without_adapters(plan.settings.model));
  return specs ? parameter_count(*specs) * static_cast<int64_t>(sizeof(float)) : 0;
}

}  // namespace

ParameterTraits traits_of(const ParameterSpec& spec, const TrainingSettings& settings) {
  ParameterTraits traits{.role = role_of(spec)};
  if (settings.optimizer.kind == OptimizerKind::kMuon && traits.role == ParameterRole::kMatrix)
    traits.matrix_rows = matrix_rows(spec, settings.model);
  return traits;
}

ParameterLayout layout_of(const std::vector<ParameterSpec>& parameters,
                          const TrainingSettings& settings) {
  ParameterLayout layout;
  for (const ParameterSpec& spec : parameters) {
    if (spec.trained) layout.add(spec.name, spec.shape, spec.decay, traits_of(spec, settings));
  }
  return layout;
}

Status expect_start(const TrainingPlan& plan, const TensorViews* start) {
  if (plan.settings.from_start != (start != nullptr))
    return wrong("a model to start from is given exactly where the settings say so");
  if (plan.settings.model.adapters.rank > 0 && start == nullptr)
    return wrong("adapters are trained on top of a model, so there must be one to start from");
  if (start == nullptr) return {};
  const bool adapted = plan.settings.model.adapters.rank > 0;
  for (const ParameterSpec& spec : plan.parameters) {
    if (adapted && spec.trained) continue;  // an adapter begins anew
    const auto tensor = start->find(spec.name);
    if (tensor == start->end())
      return wrong(fmt::format("the model to start from has no {}", spec.name));
    if (tensor->second.shape != spec.shape)
      return wrong(fmt::format("{} of the model to start from is {}, expected {}", spec.name,
                               to_text(tensor->second.shape), to_text(spec.shape)));
  }
  return {};
}

Result<TrainingPlan> plan_training(const TrainingSettings& settings, const Kernels& kernels,
                                   int threads) {
  GLASS_TRY_STATUS(check(settings));
  TrainingPlan plan;
  plan.settings = settings;
  GLASS_TRY(plan.parameters, parameters(settings.model));
  plan.layout = layout_of(plan.parameters, settings);
  GLASS_TRY_STATUS(factors_of(settings.optimizer.groups, plan.layout));
  const PlanOptions options = {.keep = {}, .workers = threads};
  const bool preference = settings.preference.has_value();
  GLASS_TRY(Graph training, build_training_graph(settings.model, settings.micro_batch,
                                                 {.recompute = settings.recompute,
                                                  .regularization = settings.regularization,
                                                  .weighted = preference,
                                                  .numerics = settings.numerics}));
  GLASS_TRY(plan.step, make_plan(std::move(training), kernels, options));
  const auto loss_graph = [&](const DecoderConfig& model) {
    return build_loss_graph(model, settings.micro_batch, {}, settings.numerics);
  };
  GLASS_TRY(Graph evaluation, loss_graph(settings.model));
  GLASS_TRY(plan.evaluation, make_plan(std::move(evaluation), kernels, options));
  if (preference) {
    GLASS_TRY(Graph reference, loss_graph(without_adapters(settings.model)));
    GLASS_TRY(plan.reference, make_plan(std::move(reference), kernels, options));
  }

  const auto buffer = plan.layout.floats() * static_cast<int64_t>(sizeof(float));
  plan.memory = plan.step.memory;
  plan.memory.parameters = buffer + start_bytes(plan);
  plan.memory.gradients = gradient_buffers(settings) * buffer;
  const int64_t state = state_bytes(settings, plan.layout);
  plan.memory.optimizer = 2 * state - buffer;  // and a snapshot of all
  if (settings.recheck.every_steps > 0) plan.memory.optimizer += state;
  plan.memory.optimizer += Optimizer::memory_bytes(plan.layout, kernels, threads);
  plan.memory.arena = settings.workers * plan.step.memory.arena;
  if (plan.evaluation.memory.arena > plan.step.memory.arena)  // else it runs in a worker's
    plan.memory.arena += plan.evaluation.memory.arena;
  if (plan.reference)  // the judge of each worker runs both models
    plan.memory.arena +=
        settings.workers * (plan.evaluation.memory.arena + plan.reference->memory.arena);
  return plan;
}

}  // namespace glass::engine
