#include "glass/engine/train/trainer.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/kernels/tree.h"
#include "glass/engine/optim/gradient_tree.h"
#include "glass/engine/optim/optimizer.h"
#include "glass/engine/optim/schedule.h"
#include "glass/engine/train/checkpoint.h"
#include "glass/engine/train/evaluation.h"
#include "glass/engine/train/gradient_worker.h"
#include "glass/engine/train/initial_parameters.h"
#include "glass/engine/train/manifest.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/training_plan.h"
#include "glass/engine/train/training_state.h"

namespace glass::engine {
namespace {

// Machines differ in which NaN they make; a record holds one.
float one_nan(float value) {
  return std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value;
}

StepShape shape_of(const TrainingSettings& settings) {
  return {.micro_batch = settings.micro_batch,
          .micro_batches = settings.micro_batches,
          .vocabulary = settings.model.vocabulary,
          .seed = settings.seed};
}

// In double, oldest first.
double mean(const std::vector<float>& losses) {
  double sum = 0;
  for (const float loss : losses) sum += static_cast<double>(loss);
  return sum / static_cast<double>(losses.size());
}

}  // namespace

Trainer::Trainer(TrainingPlan plan, BatchSource source, const TrainerWorld& world)
    : plan_(std::move(plan)),
      source_(std::move(source)),
      world_(world),
      state_(plan_.layout, moments(plan_.settings.optimizer.kind),
             plan_.settings.average.decay > 0),
      optimizer_(plan_.settings.optimizer, plan_.layout, world_.kernels, world_.parallel.workers()),
      writer_(world_.files, world_.checkpoints, plan_.settings.retention, plan_.layout,
              moments(plan_.settings.optimizer.kind), plan_.settings.average.decay > 0),
      recheck_(plan_.settings.recheck, plan_.layout, moments(plan_.settings.optimizer.kind),
               plan_.settings.average.decay > 0) {}

Result<std::unique_ptr<Trainer>> Trainer::create(TrainingPlan plan, BatchSource source,
                                                 const TrainerWorld& world) {
  GLASS_TRY_STATUS(expect_start(plan, world.start));
  std::unique_ptr<Trainer> trainer(new Trainer(std::move(plan), std::move(source), world));
  GLASS_TRY_STATUS(trainer->create_workers());
  return trainer;
}

Status Trainer::create_workers() {
  const TrainingSettings& settings = plan_.settings;
  for (int64_t i = 0; i < settings.workers; ++i) {
    const TreeNode share = share_of(settings.micro_batches, settings.workers, i);
    GLASS_TRY(GradientWorker worker,
              GradientWorker::create(plan_.step, shape_of(settings), share, plan_.layout, tensors(),
                                     world_.kernels, world_.parallel));
    if (plan_.reference) {
      GLASS_TRY(PreferenceJudge judge,
                PreferenceJudge::create({.policy = plan_.evaluation,
                                         .tensors = tensors(),
                                         .reference = *plan_.reference,
                                         .start = *world_.start},
                                        *settings.preference, world_.kernels, world_.parallel));
      worker.judge_by(std::move(judge));
    }
    worker.executor().ask_before_each_node(world_.may_go_on);
    workers_.push_back(std::move(worker));
  }
  return {};
}

void Trainer::initialize() {
  GLASS_CHECK(writer_.wait().has_value());
  start_over();
  snapshot_is_initial_ = true;
  recheck_.forget();
  stopped_ = false;
}

// The initial state. Zeros that nobody has written to yet take no memory, so moments are new ones.
void Trainer::start_over() {
  state_.progress = {};
  fill_initial_parameters(plan_.parameters, plan_.layout,
                          {.seed = plan_.settings.seed, .start = world_.start},
                          state_.parameters.span(), world_.kernels, world_.parallel);
  for (FloatBuffer* moment : {&state_.first_moment, &state_.second_moment})
    *moment = FloatBuffer(std::ssize(moment->span()));
  if (!state_.average.span().empty())
    std::ranges::copy(state_.parameters.span(), state_.average.span().begin());
}

// What follows goes on from the state as it is.
void Trainer::take_over() {
  copy_state(state_, writer_.snapshot(), world_.parallel);
  snapshot_is_initial_ = false;
  recheck_.forget();
  stopped_ = false;
}

void Trainer::roll_back() {
  if (snapshot_is_initial_)
    start_over();
  else
    copy_state(std::as_const(writer_).snapshot(), state_, world_.parallel);
}

Result<Trainer::Resumed> Trainer::resume(int64_t last_step) {
  GLASS_TRY_STATUS(writer_.wait());
  GLASS_TRY_STATUS(remove_leftovers(world_.files, world_.checkpoints));
  GLASS_TRY(LatestCheckpoint latest,
            load_latest(world_.files, world_.checkpoints, last_step, plan_.settings.model,
                        plan_.settings.numerics, plan_.layout, state_, world_.parallel));
  Resumed resumed;
  resumed.broken = std::move(latest.broken);
  if (!latest.manifest) {
    initialize();
    return resumed;
  }
  take_over();
  resumed.step = latest.manifest->progress.step;
  resumed.chain_head = latest.manifest->chain_head;
  return resumed;
}

Status Trainer::restore(int64_t step) {
  if (step == 0) {
    initialize();
    return {};
  }
  GLASS_TRY_STATUS(writer_.wait());
  GLASS_TRY_STATUS(load_checkpoint(world_.files, world_.checkpoints, step, plan_.settings.model,
                                   plan_.settings.numerics, plan_.layout, state_, world_.parallel));
  take_over();
  return {};
}

std::span<const float> Trainer::values_in_use() const {
  return plan_.settings.average.use ? state_.average.span() : state_.parameters.span();
}

TensorViews Trainer::tensors() const {
  return tensors_with(state_.parameters.span());
}

TensorViews Trainer::model() const {
  return tensors_with(values_in_use());
}

TensorViews Trainer::tensors_with(std::span<const float> values) const {
  TensorViews tensors;
  for (const ParameterSpec& spec : plan_.parameters) {
    if (!spec.trained) tensors.emplace(spec.name, world_.start->at(spec.name));
  }
  for (const ParameterSlot& slot : plan_.layout.slots())
    tensors.emplace(slot.name, TensorView{.shape = slot.shape, .values = slot.of(values)});
  return tensors;
}

bool Trainer::checkpoint_due() const {
  return done() || progress().step % plan_.settings.checkpoint_every == 0;
}

Result<StepSum> Trainer::gradient() {
  std::vector<StepPiece> pieces;
  for (GradientWorker& worker : workers_) {
    GLASS_TRY(StepPiece piece, worker.compute(progress().step, source_));
    pieces.push_back(std::move(piece));
  }
  return combine(shape_of(plan_.settings), pieces, world_.kernels, world_.parallel);
}

std::optional<StepEvent> Trainer::judge(const StepRecord& record) const {
  const StepPolicy& policy = plan_.settings.policy;
  std::optional<StepEvent> event;
  if (!std::isfinite(record.loss) || !std::isfinite(record.gradient_norm))
    event = {.cause = Cause::kNonFinite, .action = policy.on_non_finite};
  else if (const auto& losses = progress().recent_losses;
           std::ssize(losses) == kRecentLosses &&
           static_cast<double>(record.loss) > policy.loss_spike_factor * mean(losses))
    event = {.cause = Cause::kLossSpike, .action = policy.on_loss_spike};
  if (!event || event->action == Action::kRecord) return event;
  const bool spent =
      event->action == Action::kRollBack && progress().roll_backs >= policy.max_roll_backs;
  if (spent || progress().events_in_a_row + 1 >= policy.max_events_in_a_row)
    event->action = Action::kStop;
  else if (event->action == Action::kRollBack)
    event->back_to = snapshot_is_initial_ ? 0 : writer_.snapshot().progress.step;
  return event;
}

void Trainer::apply(const StepRecord& record, const StepSum& sum) {
  const int64_t step = progress().step + 1;
  if (record.event && record.event->action != Action::kRecord) {
    const int64_t events = progress().events_in_a_row + 1;
    const int64_t roll_backs = progress().roll_backs;
    if (record.event->action == Action::kRollBack) {
      roll_back();
      state_.progress.roll_backs = roll_backs + 1;
    }
    state_.progress.events_in_a_row = events;
  } else {
    const float scale = 1.0F / static_cast<float>(sum.targets);
    const float clip = clip_factor(plan_.settings.optimizer.clip_norm, record.gradient_norm);
    optimizer_.update({.number = progress().updates + 1,
                       .learning_rate = record.learning_rate,
                       .gradient_scale = scale * clip},
                      sum.gradient,
                      {.parameters = state_.parameters.span(),
                       .first_moment = state_.first_moment.span(),
                       .second_moment = state_.second_moment.span()},
                      world_.parallel);
    update_average();
    ++state_.progress.updates;
    state_.progress.events_in_a_row = 0;
    auto& losses = state_.progress.recent_losses;
    if (std::ssize(losses) == kRecentLosses) losses.erase(losses.begin());
    losses.push_back(record.loss);
  }
  state_.progress.step = step;
}

void Trainer::update_average() {
  const std::span<float> average = state_.average.span();
  if (average.empty()) return;
  const double decay = plan_.settings.average.decay;
  world_.kernels.blend({.a = average.data(),
                        .b = state_.parameters.span().data(),
                        .out = average.data(),
                        .count = std::ssize(average),
                        .alpha = static_cast<float>(decay),
                        .beta = static_cast<float>(1 - decay)},
                       world_.parallel);
}

// The snapshot may only change when nobody is writing it to disk.
Status Trainer::take_snapshot(StepRecord& record) {
  GLASS_TRY_STATUS(writer_.wait());
  copy_state(state_, writer_.snapshot(), world_.parallel);
  snapshot_is_initial_ = false;
  due_ = digests_of(state_, plan_.layout, world_.parallel);
  record.parameters = total(due_->parameters);
  record.optimizer = total(due_->optimizer);
  if (!due_->average.empty()) record.average = total(due_->average);
  return {};
}

Result<StepRecord> Trainer::step() {
  GLASS_CHECK(!done());
  GLASS_TRY_STATUS(writer_.poll());
  if (stopped_)
    return fail(ErrorCode::kMismatch,
                fmt::format("step {} ended the training; change the recipe's learning rate or its "
                            "policy for such steps",
                            progress().step));
  recheck_.clear();
  GLASS_TRY(StepRecord record, recheck_.due(progress().step + 1)
                                   ? recheck_.run(
                                         state_, [this] { return trace_step(); }, world_.parallel)
                                   : make_step(nullptr));
  stopped_ = record.event && record.event->action == Action::kStop;
  due_.reset();
  if (checkpoint_due()) GLASS_TRY_STATUS(take_snapshot(record));
  recheck_.remember(state_, world_.parallel);
  return record;
}

Result<StepTrace> Trainer::trace_step() {
  StepTrace trace;
  GLASS_TRY(trace.record, make_step(&trace.gradient));
  trace.state = digests_of(state_, plan_.layout, world_.parallel);
  return trace;
}

Result<StepRecord> Trainer::make_step(TensorDigests* gradient_digests) {
  GLASS_TRY(const StepSum sum, gradient());
  if (sum.targets == 0)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("step {} has no token to learn from", progress().step + 1));
  StepRecord record;
  record.step = progress().step + 1;
  record.batch = sum.batch;
  record.tokens = sum.targets;
  record.loss = one_nan(sum.loss / static_cast<float>(sum.targets));
  record.preference = sum.preference;
  if (record.preference) record.preference->margin = one_nan(record.preference->margin);
  record.gradient_norm =
      one_nan(global_norm(plan_.layout, sum.gradient, 1.0F / static_cast<float>(sum.targets),
                          world_.kernels, world_.parallel));
  record.learning_rate = learning_rate(plan_.settings.schedule, progress().step);
  record.event = judge(record);
  if (gradient_digests != nullptr)
    *gradient_digests = digests_of(sum.gradient, plan_.layout, "", world_.parallel);
  apply(record, sum);
  return record;
}

void Trainer::save(const crypto::Digest& chain_head) {
  GLASS_CHECK(due_.has_value());
  writer_.start({.numerics = plan_.settings.numerics,
                 .model = plan_.settings.model,
                 .progress = writer_.snapshot().progress,
                 .chain_head = chain_head,
                 .digests = std::move(*due_)});
  due_.reset();
}

Status Trainer::finish() {
  return writer_.wait();
}

Result<Evaluation> Trainer::evaluate(const HeldOutSource& source, int64_t max_targets) {
  if (!evaluator_) {
    GLASS_TRY(evaluator_, Evaluator::create(plan_.evaluation, shape_of(plan_.settings), model(),
                                            world_.kernels, world_.parallel, executor().arena()));
  }
  return evaluator_->run(source, max_targets);
}

crypto::Digest Trainer::parameter_digest() {
  return total(digests_of(state_.parameters.span(), plan_.layout, "", world_.parallel));
}

crypto::Digest Trainer::model_digest() {
  return total(digests_of(values_in_use(), plan_.layout, "", world_.parallel));
}

}  // namespace glass::engine
