#include "glass/service/run_events.h"

#include <cstdint>
#include <limits>
#include <utility>
#include <variant>

#include "glass/record/documents/curve.h"

namespace glass::service {

void RunEvents::add(const LogLine& line) {
  if (const auto* evaluation = std::get_if<EvaluationMetric>(&line))
    waiting_.push_back(*evaluation);
  const auto* step = std::get_if<StepMetric>(&line);
  if (step == nullptr) return;
  if (!events_) events_.emplace(step->unix_ms);
  write_newest();
  newest_ = *step;
}

// Those of the steps up to this one.
void RunEvents::write_evaluations(int64_t up_to) {
  for (const EvaluationMetric& one : waiting_) {
    if (one.step <= up_to) events_->add("loss/held_out", {one.step, one.unix_ms, one.loss});
  }
  std::erase_if(waiting_, [&](const EvaluationMetric& one) { return one.step <= up_to; });
}

void RunEvents::write_newest() {
  if (!newest_) return;
  const StepMetric step = *std::exchange(newest_, std::nullopt);
  const auto point = [&](double value) {
    return record::StepPoint{step.step, step.unix_ms, value};
  };
  write_evaluations(step.step - 1);
  events_->add("gradient_norm", point(step.gradient_norm));
  events_->add("learning_rate", point(step.learning_rate));
  write_evaluations(step.step);
  events_->add("loss/train", point(step.loss));
  if (step.margin) events_->add("preference/margin", point(*step.margin));
  if (step.preferred) events_->add("preference/preferred", point(*step.preferred));
}

Bytes RunEvents::take() {
  return events_ ? events_->take() : Bytes();
}

Bytes RunEvents::finish() {
  if (!events_) events_.emplace(0);
  write_newest();
  write_evaluations(std::numeric_limits<int64_t>::max());
  return events_->take();
}

}  // namespace glass::service
