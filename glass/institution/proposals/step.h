// Steps: what a proposal goes through, who decides each, and what each waits for.
//
//   step                   outcomes                       waits for
//   administrative-check   eligible, ineligible
//   technical-check        feasible, infeasible
//   data-rights-check      cleared, blocked
//   safety-check           levelled, refused              technical-check
//   expert-review          reviewed                       all checks
//   panel-review           approved, declined             expert-review
//   allocation             approved, declined             panel-review
//   vote                   adopted, rejected, no-quorum   allocation
//   award-response         accepted, declined             vote
//
// The second outcome of a row, and the third, end the proposal. Any step may be `expired` by the
// clock, and the vote `skipped` where the charter asks nobody.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace glass::institution {

enum class Step : uint8_t {
  kAdministrativeCheck,
  kTechnicalCheck,
  kDataRightsCheck,
  kSafetyCheck,
  kExpertReview,
  kPanelReview,
  kAllocation,
  kVote,
  kAwardResponse,
};

inline constexpr std::array<std::string_view, 9> kSteps = {
    "administrative-check", "technical-check", "data-rights-check", "safety-check",
    "expert-review",        "panel-review",    "allocation",        "vote",
    "award-response"};

// Those that an act `proposal.checked` decides.
inline constexpr std::array<std::string_view, 6> kDecidedSteps = {
    "administrative-check", "technical-check", "data-rights-check",
    "safety-check",         "panel-review",    "allocation"};

inline constexpr std::array<std::string_view, 17> kStepOutcomes = {
    "eligible", "ineligible", "feasible",  "infeasible", "cleared",  "blocked",
    "levelled", "refused",    "reviewed",  "approved",   "declined", "accepted",
    "adopted",  "rejected",   "no-quorum", "skipped",    "expired"};

// REQUIRES: the text is one of kSteps.
Step step_of(std::string_view text);
std::string_view to_text(Step step);

// The steps that have to be done before.
std::span<const Step> waits_for(Step step);

// Those with which a proposal goes on first, then those that end it.
std::span<const std::string_view> good_outcomes(Step step);
std::span<const std::string_view> bad_outcomes(Step step);

}  // namespace glass::institution
