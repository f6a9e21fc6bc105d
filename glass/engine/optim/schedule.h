// Schedule: the learning rate as a pure function of the step.
//
// Steps count from 0. The first `warmup_steps` rise linearly to `peak`: step s has
// peak * (s + 1) / warmup_steps. Then, with progress p from 0 at the end of the warm-up to 1 at the
// last step:
//   constant  peak
//   linear    peak falls to final_fraction * peak in a line
//   cosine    the same along half a cosine
//   wsd       peak until the last `decay_steps`, which fall to final_fraction * peak in a line or,
//             with DecayShape::kSqrt, as 1 - sqrt(p)
// Computed in double with the engine's own cosine, rounded to float once.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/base/result.h"

namespace glass::engine {

enum class ScheduleKind { kConstant, kLinear, kCosine, kWsd };
enum class DecayShape { kLinear, kSqrt };

struct Schedule {
  ScheduleKind kind = ScheduleKind::kCosine;
  double peak = 0;
  double final_fraction = 0.1;
  int64_t steps = 0;  // of the whole run
  int64_t warmup_steps = 0;
  int64_t decay_steps = 0;  // of wsd
  DecayShape decay_shape = DecayShape::kLinear;
};

// "constant", "linear", "cosine", "wsd"
std::string_view name(ScheduleKind kind);
[[nodiscard]] Result<ScheduleKind> schedule_from_name(std::string_view text);

// kInvalidInput names the setting that is out of range or contradicts another.
[[nodiscard]] Status check(const Schedule& schedule);

// REQUIRES: check(schedule), step >= 0. Steps after the last keep the last one's rate.
float learning_rate(const Schedule& schedule, int64_t step);

}  // namespace glass::engine
