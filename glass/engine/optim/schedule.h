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
//
// Or the whole way is given as pieces, one after the other; there is no other warm-up then. A piece
// begins at the share f of the peak where the one before ended, the first at 0. At its step i of n,
// with p = (i + 1) / n, the rate is peak times
//   constant      `to`, at once
//   linear        f + (to - f) p
//   cosine        f + (to - f) (1 - cos(pi p)) / 2
//   sqrt          f + (to - f) sqrt(p)
//   inverse_sqrt  f sqrt(b / (b + i + 1)), b the steps before the piece: that of Vaswani et al.
//   2017
//                 after a warm-up of b steps
// so that each reaches `to` with its last step. Computed in double with the engine's own cosine,
// rounded to float once.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/base/result.h"

namespace glass::engine {

enum class ScheduleKind { kConstant, kLinear, kCosine, kWsd, kPieces };
enum class DecayShape { kLinear, kSqrt };
enum class PieceShape { kConstant, kLinear, kCosine, kSqrt, kInverseSqrt };

struct SchedulePiece {
  PieceShape shape = PieceShape::kLinear;
  int64_t steps = 0;  // 0: what the others leave, at most one of them
  double to = 1;      // of the peak; not kInverseSqrt
};

struct Schedule {
  ScheduleKind kind = ScheduleKind::kCosine;
  double peak = 0;
  double final_fraction = 0.1;
  int64_t steps = 0;  // of the whole run
  int64_t warmup_steps = 0;
  int64_t decay_steps = 0;  // of wsd
  DecayShape decay_shape = DecayShape::kLinear;
  std::vector<SchedulePiece> pieces = {};  // of kPieces
};

// "constant", "linear", "cosine", "sqrt", "inverse_sqrt"
[[nodiscard]] Result<PieceShape> piece_shape_from_name(std::string_view text);

// "constant", "linear", "cosine", "wsd", "pieces"
std::string_view name(ScheduleKind kind);
[[nodiscard]] Result<ScheduleKind> schedule_from_name(std::string_view text);

// kInvalidInput names the setting that is out of range or contradicts another.
[[nodiscard]] Status check(const Schedule& schedule);

// REQUIRES: check(schedule), step >= 0. Steps after the last keep the last one's rate.
float learning_rate(const Schedule& schedule, int64_t step);

}  // namespace glass::engine
