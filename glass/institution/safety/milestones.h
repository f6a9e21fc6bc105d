// Milestones: at which compute a model has to be evaluated again.
//
//   level   from   factor   milestones
//   SL-1                    none: at the release only
//   SL-2    1e22   4        1e22, 4e22, 1.6e23, 6.4e23, 2.56e24, ... and at the end of each stage
//   SL-3    1e22   2        1e22, 2e22, 4e22, 8e22, ...
//   SL-4    1e22   5/4      1e22, 1.25e22, 1.5625e22, ...
//
// Each is the one before times the factor, rounded down to a whole FLOP: never later than the exact
// one, and anyone who goes through them step by step finds the same. (With 5/4 the first twelve are
// whole anyway.)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "glass/base/result.h"
#include "glass/institution/safety/compute.h"

namespace glass::institution {

struct EvaluationSchedule {
  Flops first = ten_to(22);
  int64_t numerator = 4, denominator = 1;  // of the factor

  friend bool operator==(const EvaluationSchedule&, const EvaluationSchedule&) = default;
};

// `first` is a count of FLOP of at least 1000, `factor` "4" or "5/4": from 11/10 to 1000, its
// denominator at most 1000. Nothing if both are empty. kInvalidInput names what is wrong.
[[nodiscard]] Result<std::optional<EvaluationSchedule>> evaluation_schedule(
    std::string_view first, std::string_view factor);

// The first milestone above `compute`; none where it would be too large to be counted.
// REQUIRES: evaluation_schedule made the schedule.
std::optional<Flops> next_milestone(const EvaluationSchedule& schedule, Flops compute);

// The last one that `compute` has reached; none below the first. REQUIRES: the same.
std::optional<Flops> last_milestone(const EvaluationSchedule& schedule, Flops compute);

// An evaluation that fell due at one step and is not there at another.
struct EvaluationDelay {
  int64_t due_step = 0, step = 0, planned_steps = 0;  // planned: of the whole run
};

// Whether it is late by more than `percent` of the planned steps: the run halts.
// REQUIRES: 0 <= due_step <= step; planned_steps and percent are not negative.
bool is_overdue(const EvaluationDelay& delay, int64_t percent = 5);

}  // namespace glass::institution
