#include "glass/service/run_figures.h"

#include <variant>

#include "glass/base/overloaded.h"

namespace glass::service {

void RunFigures::add(const LogLine& line) {
  std::visit(Overloaded{[](const CorruptionEvent&) {}, [this](const auto& one) { add(one); }},
             line);
}

void RunFigures::add(const StepMetric& step) {
  speed_.add(step);
  loss_.add({step.step, step.unix_ms, step.loss});
  steps_ = step.step;
}

void RunFigures::add(const EvaluationMetric& evaluation) {
  held_out_loss_.add({evaluation.step, evaluation.unix_ms, evaluation.loss});
  bits_per_byte_ = evaluation.bits_per_byte;
}

void RunFigures::add(const SampleText& sample) {
  samples_.add({sample.step, sample.prompt, sample.text});
}

void RunFigures::tell(record::RunFacts& facts) const {
  facts.steps = steps_;
  facts.tokens = speed_.tokens();
  facts.seconds = speed_.seconds();
  facts.tokens_per_second = speed_.tokens_per_second();
  if (speed_.mfu() > 0) facts.mfu = speed_.mfu();
  facts.bits_per_byte = bits_per_byte_;
  facts.loss = loss_;
  facts.held_out_loss = held_out_loss_;
  facts.samples = samples_;
}

}  // namespace glass::service
