#include "glass/engine/optim/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/kernels/math.h"

namespace glass::engine {
namespace {

constexpr std::array kKinds = {ScheduleKind::kConstant, ScheduleKind::kLinear,
                               ScheduleKind::kCosine, ScheduleKind::kWsd};

// How much of the way from the peak to the final rate is done, 0 to 1, at progress p.
double share_done(ScheduleKind kind, DecayShape shape, double p) {
  switch (kind) {
    case ScheduleKind::kConstant: return 0;
    case ScheduleKind::kLinear: return p;
    case ScheduleKind::kCosine: return 0.5 - 0.5 * engine::cos(std::numbers::pi * p);
    case ScheduleKind::kWsd: return shape == DecayShape::kLinear ? p : std::sqrt(p);
  }
  return 0;
}

}  // namespace

std::string_view name(ScheduleKind kind) {
  switch (kind) {
    case ScheduleKind::kConstant: return "constant";
    case ScheduleKind::kLinear: return "linear";
    case ScheduleKind::kCosine: return "cosine";
    case ScheduleKind::kWsd: return "wsd";
  }
  return "";
}

Result<ScheduleKind> schedule_from_name(std::string_view text) {
  for (const ScheduleKind kind : kKinds) {
    if (text == name(kind)) return kind;
  }
  return fail(
      ErrorCode::kInvalidInput,
      fmt::format("schedule '{}' is not known; known are constant, linear, cosine and wsd", text));
}

Status check(const Schedule& s) {
  if (!(s.peak > 0) || !std::isfinite(s.peak))
    return fail(ErrorCode::kInvalidInput, "the learning rate must be a number above 0");
  if (!(s.final_fraction >= 0 && s.final_fraction <= 1))
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the schedule's final fraction of {} is not between 0 and 1",
                            s.final_fraction));
  if (s.steps < 1) return fail(ErrorCode::kInvalidInput, "a run needs at least one step");
  if (s.warmup_steps < 0 || s.decay_steps < 0 || s.warmup_steps > s.steps - s.decay_steps)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{} warm-up steps and {} decay steps do not fit into {} steps",
                            s.warmup_steps, s.decay_steps, s.steps));
  if (s.decay_steps > 0 && s.kind != ScheduleKind::kWsd)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("decay steps belong to the schedule wsd, not to {}", name(s.kind)));
  return {};
}

float learning_rate(const Schedule& s, int64_t step) {
  if (step < s.warmup_steps)
    return static_cast<float>(s.peak * static_cast<double>(step + 1) /
                              static_cast<double>(s.warmup_steps));
  const int64_t begin = s.kind == ScheduleKind::kWsd ? s.steps - s.decay_steps : s.warmup_steps;
  // The last step, steps - 1, is at progress 1.
  const int64_t length = std::max<int64_t>(s.steps - begin - 1, 1);
  const int64_t at = std::clamp<int64_t>(step - begin, 0, length);
  const double progress = static_cast<double>(at) / static_cast<double>(length);
  const double done = share_done(s.kind, s.decay_shape, progress);
  return static_cast<float>(s.peak - (s.peak - s.peak * s.final_fraction) * done);
}

}  // namespace glass::engine
