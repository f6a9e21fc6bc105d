// Recheck: a step made twice from one state and compared bit for bit, against silent corruption: a
// processor that computes wrongly, memory that forgets.
//
// What is compared: the state with its digest after the step before; then, between both times, the
// record (data, loss, norm of the gradient), the gradient of every parameter, and parameters and
// moments after the update. With a recheck of every step no moment is left out; with one of every
// n-th, what happens between the end of the step before it and its own end is seen.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/training_state.h"

namespace glass::engine {

struct RecheckSettings {
  int64_t every_steps = 0;  // 0: never
  bool retry = false;       // a step that differs is made a third time, and two of three decide
};

// Everything a step made.
struct StepTrace {
  StepRecord record;
  TensorDigests gradient;
  StateDigests state;
};

// What a recheck found: a fact of the machine, not of the training.
struct Corruption {
  int64_t step = 0;  // from 1
  std::string what;
  bool settled = false;  // a third time agreed with one of the two, and the step stands
};

// The first thing that differs, in the order in which a step makes it, else nothing.
std::optional<std::string> first_difference(const StepTrace& first, const StepTrace& again);

class Recheck {
 public:
  // Takes memory for a copy of the state if a recheck will ever be due. REQUIRES: the layout
  // outlives this.
  Recheck(const RecheckSettings& settings, const ParameterLayout& layout, int moments,
          bool average = false);

  // `step` counts from 1.
  [[nodiscard]] bool due(int64_t step) const {
    return settings_.every_steps > 0 && step % settings_.every_steps == 0;
  }

  // After a step: remembers what the state is, if the next step is due. After the state was
  // replaced from elsewhere: forgets.
  void remember(const TrainingState& state, Parallel& parallel);

  void forget() { known_.reset(); }

  // Makes the step that is due, on `state`. kMismatch says what differed, unless that was settled;
  // the state is then unspecified.
  using MakeStep = std::function<Result<StepTrace>()>;
  [[nodiscard]] Result<StepRecord> run(TrainingState& state, const MakeStep& make,
                                       Parallel& parallel);

  // What run() found since clear().
  [[nodiscard]] const std::optional<Corruption>& corruption() const { return corruption_; }

  void clear() { corruption_.reset(); }

 private:
  [[nodiscard]] Status begin(const TrainingState& state, Parallel& parallel);
  [[nodiscard]] Status restore(TrainingState& state, Parallel& parallel);
  [[nodiscard]] Result<StepRecord> settle(TrainingState& state, const MakeStep& make,
                                          const StepTrace& first, const StepTrace& again,
                                          Parallel& parallel);

  RecheckSettings settings_;
  const ParameterLayout& layout_;
  TrainingState before_;
  std::optional<StateDigests> known_;  // of the state before the next step
  std::optional<Corruption> corruption_;
};

}  // namespace glass::engine
