// Replay: a segment of a training computed again and compared, bit for bit, with its record.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "glass/base/result.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/trainer.h"

namespace glass::engine {

// Restores the checkpoint before the first expected record (step 0: the initial state) and makes
// the steps again, without writing anything. kMismatch names the step and the first thing that
// differs; where the record holds digests of the state, these are compared too. `progress` is
// called after each step that agreed, and may end the replay by an error.
// REQUIRES: the records are of consecutive steps, at least one.
[[nodiscard]] Status replay_segment(Trainer& trainer, std::span<const StepRecord> expected,
                                    const std::function<Status(const StepRecord&)>& progress);

}  // namespace glass::engine
