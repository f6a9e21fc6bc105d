// RunFigures: what the lines of a log add up to, in memory that does not grow with the log.
#pragma once

#include <cstdint>
#include <optional>

#include "glass/record/documents/curve.h"
#include "glass/record/documents/facts.h"
#include "glass/record/documents/samples.h"
#include "glass/service/run_log.h"

namespace glass::service {

class RunFigures {
 public:
  // Lines come in the order of the log.
  void add(const LogLine& line);

  // Sets what the log tells of a run, and nothing else.
  void tell(record::RunFacts& facts) const;

 private:
  void add(const StepMetric& step);
  void add(const EvaluationMetric& evaluation);
  void add(const SampleText& sample);

  SpeedMeter speed_;
  int64_t steps_ = 0;
  record::Curve loss_, held_out_loss_;
  std::optional<double> bits_per_byte_;
  record::Samples samples_;
};

}  // namespace glass::service
