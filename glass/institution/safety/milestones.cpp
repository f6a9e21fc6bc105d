#include "glass/institution/safety/milestones.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/institution/safety/compute.h"

namespace glass::institution {
namespace {

constexpr int64_t kLargestFactor = 1000;
constexpr Flops kLeastFirst = 1000;  // from here on every factor of at least 11/10 adds something

// floor(milestone * numerator / denominator), without a product that is too large by itself.
std::optional<Flops> milestone_after(const EvaluationSchedule& schedule, Flops milestone) {
  const auto denominator = static_cast<Flops>(schedule.denominator);
  const Flops more = static_cast<Flops>(schedule.numerator) - denominator;
  const Flops quotient = milestone / denominator, rest = milestone % denominator;
  if (quotient > kLargestFlops / more) return std::nullopt;
  const Flops step = quotient * more, last = rest * more / denominator;
  if (step > kLargestFlops - milestone || last > kLargestFlops - milestone - step)
    return std::nullopt;
  return milestone + step + last;
}

std::optional<EvaluationSchedule> factor_of(std::string_view text) {
  const size_t slash = text.find('/');
  const auto numerator = parse_count(text.substr(0, slash));
  const auto denominator = slash == std::string_view::npos ? std::optional<int64_t>(1)
                                                           : parse_count(text.substr(slash + 1));
  if (!numerator || !denominator || *denominator == 0 || *denominator > kLargestFactor ||
      *numerator > kLargestFactor * *denominator || *numerator * 10 < *denominator * 11)
    return std::nullopt;
  return EvaluationSchedule{.numerator = *numerator, .denominator = *denominator};
}

}  // namespace

Result<std::optional<EvaluationSchedule>> evaluation_schedule(std::string_view first,
                                                              std::string_view factor) {
  if (first.empty() && factor.empty()) return std::optional<EvaluationSchedule>();
  auto schedule = factor_of(factor);
  if (!schedule)
    return invalid_input(
        fmt::format("'{}' is no factor between milestones; write it as '4' or "
                    "'5/4', from 11/10 to {}",
                    factor, kLargestFactor));
  GLASS_TRY(schedule->first, parse_flops(first));
  if (schedule->first < kLeastFirst)
    return invalid_input(fmt::format("the first milestone is {}; give at least {} FLOP", first,
                                     flops_text(kLeastFirst)));
  return schedule;
}

std::optional<Flops> next_milestone(const EvaluationSchedule& schedule, Flops compute) {
  std::optional<Flops> milestone = schedule.first;
  while (milestone && *milestone <= compute) milestone = milestone_after(schedule, *milestone);
  return milestone;
}

std::optional<Flops> last_milestone(const EvaluationSchedule& schedule, Flops compute) {
  std::optional<Flops> last;
  for (std::optional<Flops> next = schedule.first; next && *next <= compute;
       next = milestone_after(schedule, *next))
    last = next;
  return last;
}

bool is_overdue(const EvaluationDelay& delay, int64_t percent) {
  GLASS_DCHECK(delay.due_step >= 0 && delay.due_step <= delay.step && delay.planned_steps >= 0 &&
               percent >= 0);
  return static_cast<Flops>(delay.step - delay.due_step) * 100 >
         static_cast<Flops>(delay.planned_steps) * static_cast<Flops>(percent);
}

}  // namespace glass::institution
