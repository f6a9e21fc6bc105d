#include "glass/engine/optim/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/kernels/math.h"

namespace glass::engine {
namespace {

constexpr std::array kKinds = {ScheduleKind::kConstant, ScheduleKind::kLinear,
                               ScheduleKind::kCosine, ScheduleKind::kWsd, ScheduleKind::kPieces};

double half_cosine(double p) {
  return 0.5 - 0.5 * engine::cos(std::numbers::pi * p);
}

// How much of the way from the peak to the final rate is done, 0 to 1, at progress p.
double share_done(ScheduleKind kind, DecayShape shape, double p) {
  switch (kind) {
    case ScheduleKind::kConstant: return 0;
    case ScheduleKind::kLinear: return p;
    case ScheduleKind::kCosine: return half_cosine(p);
    case ScheduleKind::kWsd: return shape == DecayShape::kLinear ? p : std::sqrt(p);
    case ScheduleKind::kPieces: break;
  }
  return 0;
}

// Step `i` of a piece of `n` that begins at the share `from` after `before` steps.
double share_in(const SchedulePiece& piece, double from, int64_t before, int64_t i, int64_t n) {
  const double p = static_cast<double>(i + 1) / static_cast<double>(n);
  switch (piece.shape) {
    case PieceShape::kConstant: return piece.to;
    case PieceShape::kLinear: return from + (piece.to - from) * p;
    case PieceShape::kCosine: return from + (piece.to - from) * half_cosine(p);
    case PieceShape::kSqrt: return from + (piece.to - from) * std::sqrt(p);
    case PieceShape::kInverseSqrt:
      return from * std::sqrt(static_cast<double>(before) / static_cast<double>(before + i + 1));
  }
  return 0;
}

int64_t given_steps(const Schedule& s) {
  int64_t steps = 0;
  for (const SchedulePiece& piece : s.pieces) steps += piece.steps;
  return steps;
}

double share_of_pieces(const Schedule& s, int64_t step) {
  const int64_t left = s.steps - given_steps(s);
  const int64_t at = std::min(step, s.steps - 1);
  double from = 0;
  int64_t before = 0;
  for (const SchedulePiece& piece : s.pieces) {
    const int64_t steps = piece.steps == 0 ? left : piece.steps;
    if (at < before + steps) return share_in(piece, from, before, at - before, steps);
    from = share_in(piece, from, before, steps - 1, steps);
    before += steps;
  }
  return from;
}

Status check_pieces(const Schedule& s) {
  const auto wrong = [](const std::string& what) {
    return fail(ErrorCode::kInvalidInput, "the schedule's pieces: " + what);
  };
  if (s.pieces.empty()) return wrong("there is none");
  if (s.warmup_steps > 0 || s.decay_steps > 0)
    return wrong("warm-up and decay are pieces of their own here; their steps must be 0");
  int64_t open = 0;
  for (size_t i = 0; i < s.pieces.size(); ++i) {
    const SchedulePiece& piece = s.pieces[i];
    if (piece.steps < 0 || piece.steps > s.steps)
      return wrong(fmt::format("piece {} has {} of {} steps", i, piece.steps, s.steps));
    if (!(piece.to >= 0 && piece.to <= 1))
      return wrong(fmt::format("piece {} ends at {}, which is not between 0 and 1", i, piece.to));
    if (piece.shape == PieceShape::kInverseSqrt && i == 0)
      return wrong("the first cannot be inverse_sqrt, which goes on from a warm-up");
    if (piece.steps == 0) ++open;
  }
  const int64_t left = s.steps - given_steps(s);
  if (open > 1) return wrong("only one of them may leave its steps open");
  if (open == 1 ? left < 1 : left != 0)
    return wrong(fmt::format("they have {} steps together{}, the training has {}", given_steps(s),
                             open == 1 ? " and one is open" : "", s.steps));
  return {};
}

}  // namespace

std::string_view name(ScheduleKind kind) {
  switch (kind) {
    case ScheduleKind::kConstant: return "constant";
    case ScheduleKind::kLinear: return "linear";
    case ScheduleKind::kCosine: return "cosine";
    case ScheduleKind::kWsd: return "wsd";
    case ScheduleKind::kPieces: return "pieces";
  }
  return "";
}

Result<ScheduleKind> schedule_from_name(std::string_view text) {
  for (const ScheduleKind kind : kKinds) {
    if (text == name(kind)) return kind;
  }
  return fail(ErrorCode::kInvalidInput,
              fmt::format("schedule '{}' is not known; known are constant, linear, cosine, wsd and "
                          "pieces",
                          text));
}

Result<PieceShape> piece_shape_from_name(std::string_view text) {
  if (text == "constant") return PieceShape::kConstant;
  if (text == "linear") return PieceShape::kLinear;
  if (text == "cosine") return PieceShape::kCosine;
  if (text == "sqrt") return PieceShape::kSqrt;
  if (text == "inverse_sqrt") return PieceShape::kInverseSqrt;
  return fail(
      ErrorCode::kInvalidInput,
      fmt::format("a piece of a schedule cannot be '{}'; known are constant, linear, cosine, "
                  "sqrt and inverse_sqrt",
                  text));
}

Status check(const Schedule& s) {
  if (!(s.peak > 0) || !std::isfinite(s.peak))
    return fail(ErrorCode::kInvalidInput, "the learning rate must be a number above 0");
  if (!(s.final_fraction >= 0 && s.final_fraction <= 1))
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the schedule's final fraction of {} is not between 0 and 1",
                            s.final_fraction));
  if (s.steps < 1) return fail(ErrorCode::kInvalidInput, "a run needs at least one step");
  if (s.kind == ScheduleKind::kPieces) return check_pieces(s);
  if (!s.pieces.empty())
    return fail(ErrorCode::kInvalidInput,
                fmt::format("pieces belong to the schedule pieces, not to {}", name(s.kind)));
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
  if (s.kind == ScheduleKind::kPieces) return static_cast<float>(s.peak * share_of_pieces(s, step));
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
