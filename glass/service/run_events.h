// RunEvents: a log as the events of TensorBoard, made as its lines come.
//
// The scalars are loss/train, loss/held_out, gradient_norm, learning_rate and, where pairs of
// answers are judged, preference/preferred and preference/margin; in the order of the steps and,
// within one, of their names. A step is written once the next one has come, for it may be
// evaluated until then. So the events of a longer log begin with those of a shorter one, and
// whoever reads along goes on where they were.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/record/documents/metrics.h"
#include "glass/service/run_log.h"

namespace glass::service {

class RunEvents {
 public:
  // Lines come in the order of the log.
  void add(const LogLine& line);

  // What was written since the last take().
  [[nodiscard]] Bytes take();

  // The same of a log that has ended, with its newest step.
  [[nodiscard]] Bytes finish();

  [[nodiscard]] size_t size() const { return events_ ? events_->size() : 0; }

 private:
  void write_newest();
  void write_evaluations(int64_t up_to);

  std::optional<record::EventFile> events_;  // from the first step on, whose time it begins with
  std::optional<StepMetric> newest_;
  std::vector<EvaluationMetric> waiting_;  // of the newest step, or before the first
};

}  // namespace glass::service
