#include "glass/engine/train/recheck.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/training_state.h"

namespace glass::engine {
namespace {

constexpr std::string_view kAdvice =
    "This machine computes or remembers wrongly (silent data corruption): test its memory and "
    "processor, and go on from the last checkpoint on another one";

std::optional<std::string> differing_tensor(std::string_view what, const TensorDigests& first,
                                            const TensorDigests& again) {
  for (const auto& [name, digest] : first) {
    const auto found = again.find(name);
    if (found == again.end() || found->second != digest)
      return fmt::format("{} {} differs", what, name);
  }
  return std::nullopt;
}

std::optional<std::string> differing_state(const StateDigests& first, const StateDigests& again) {
  if (auto found = differing_tensor("parameter", first.parameters, again.parameters)) return found;
  if (auto found = differing_tensor("optimizer state", first.optimizer, again.optimizer))
    return found;
  return differing_tensor("the average of", first.average, again.average);
}

std::optional<std::string> differing_record(const StepRecord& first, const StepRecord& again) {
  const Status same = expect_equal(first, again);
  if (same) return std::nullopt;
  const std::string& message = same.error().message;
  return message.substr(message.find(": ") + 2);  // the step is the caller's to name
}

tl::unexpected<Error> refuse(const Corruption& corruption) {
  return fail(ErrorCode::kMismatch,
              fmt::format("step {}: {}. {}", corruption.step, corruption.what, kAdvice));
}

}  // namespace

std::optional<std::string> first_difference(const StepTrace& first, const StepTrace& again) {
  // Norm and event follow from the gradient, and its names say more.
  StepRecord forward = again.record;
  forward.gradient_norm = first.record.gradient_norm;
  forward.event = first.record.event;
  if (auto found = differing_record(first.record, forward)) return found;
  if (auto found = differing_tensor("the gradient of", first.gradient, again.gradient))
    return found;
  if (auto found = differing_record(first.record, again.record)) return found;
  return differing_state(first.state, again.state);
}

Recheck::Recheck(const RecheckSettings& settings, const ParameterLayout& layout, int moments,
                 bool average)
    : settings_(settings), layout_(layout) {
  if (settings_.every_steps > 0) before_ = TrainingState(layout, moments, average);
}

void Recheck::remember(const TrainingState& state, Parallel& parallel) {
  known_.reset();
  if (due(state.progress.step + 1)) known_ = digests_of(state, layout_, parallel);
}

Status Recheck::begin(const TrainingState& state, Parallel& parallel) {
  copy_state(state, before_, parallel);
  StateDigests digests = digests_of(before_, layout_, parallel);
  const auto changed = known_ ? differing_state(*known_, digests) : std::nullopt;
  known_ = std::move(digests);
  if (!changed) return {};
  corruption_ = {.step = state.progress.step + 1,
                 .what = fmt::format("{} from what the step before left", *changed)};
  return refuse(*corruption_);
}

Status Recheck::restore(TrainingState& state, Parallel& parallel) {
  copy_state(before_, state, parallel);
  const auto changed = differing_state(*known_, digests_of(state, layout_, parallel));
  if (!changed) return {};
  corruption_ = {.step = before_.progress.step + 1,
                 .what = fmt::format("{} from what it was when the step began", *changed)};
  return refuse(*corruption_);
}

Result<StepRecord> Recheck::run(TrainingState& state, const MakeStep& make, Parallel& parallel) {
  GLASS_TRY_STATUS(begin(state, parallel));
  GLASS_TRY(const StepTrace first, make());
  GLASS_TRY_STATUS(restore(state, parallel));
  GLASS_TRY(const StepTrace again, make());
  const auto difference = first_difference(first, again);
  if (!difference) return again.record;
  corruption_ = {.step = again.record.step,
                 .what = fmt::format("made twice from the same state, {}", *difference)};
  if (!settings_.retry) return refuse(*corruption_);
  return settle(state, make, first, again, parallel);
}

Result<StepRecord> Recheck::settle(TrainingState& state, const MakeStep& make,
                                   const StepTrace& first, const StepTrace& again,
                                   Parallel& parallel) {
  GLASS_TRY_STATUS(restore(state, parallel));
  GLASS_TRY(const StepTrace third, make());
  corruption_->settled = !first_difference(first, third) || !first_difference(again, third);
  if (corruption_->settled) return third.record;
  corruption_->what += ", and a third time agrees with neither";
  return refuse(*corruption_);
}

}  // namespace glass::engine
