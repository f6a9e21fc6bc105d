// Interlock: whoever governs a training is asked before its first step and between steps, and told
// how it ended. Without one, nobody is asked.
#pragma once

#include <cstdint>

#include "glass/base/result.h"
#include "glass/service/governance.h"
#include "glass/service/run_record.h"

namespace glass::service {

// Where a training stands.
struct TrainingMeter {
  int64_t step = 0, steps = 0;    // done; of all
  double flops = 0;               // of this process so far
  double flops_of_next_step = 0;  // as far as one can tell
};

// What lies on the disk before a process goes on with it.
struct TrainingStand {
  int64_t steps = 0;           // in its chain, checkpoints or not
  double flops_of_a_step = 0;  // as far as one can tell
};

class Interlock {
 public:
  virtual ~Interlock() = default;

  // Whose training it is, for its folder and its record.
  [[nodiscard]] virtual GovernedBy governance() const = 0;

  // Of what is about to run. An error: nothing has run, and nothing will.
  [[nodiscard]] virtual Status admit(const RunOrigin& origin, const TrainingStand& stand) = 0;

  // Whether the next step may be made. An error says why not; the training stops at once and keeps
  // its newest checkpoint.
  [[nodiscard]] virtual Status pass(const TrainingMeter& meter) = 0;

  // Whether a step that has begun may go on. Asked many times within it.
  [[nodiscard]] virtual Status still() = 0;

  // Also of a training that was done before this process began: then the meter is empty.
  [[nodiscard]] virtual Status finished(const RunRecord& record, const TrainingMeter& meter) = 0;
};

}  // namespace glass::service
