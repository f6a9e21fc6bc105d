#include "glass/institution/proposals/step.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "glass/base/check.h"

namespace glass::institution {
namespace {

using enum Step;

struct StepRow {
  std::array<Step, 4> waits_for;
  size_t waits;  // how many of them
  std::array<std::string_view, 2> good, bad;
  size_t goods, bads;
};

constexpr std::array<StepRow, kSteps.size()> kRows = {{
    {.waits_for = {},
     .waits = 0,
     .good = {"eligible"},
     .bad = {"ineligible"},
     .goods = 1,
     .bads = 1},
    {.waits_for = {},
     .waits = 0,
     .good = {"feasible"},
     .bad = {"infeasible"},
     .goods = 1,
     .bads = 1},
    {.waits_for = {}, .waits = 0, .good = {"cleared"}, .bad = {"blocked"}, .goods = 1, .bads = 1},
    {.waits_for = {kTechnicalCheck},
     .waits = 1,
     .good = {"levelled"},
     .bad = {"refused"},
     .goods = 1,
     .bads = 1},
    {.waits_for = {kAdministrativeCheck, kTechnicalCheck, kDataRightsCheck, kSafetyCheck},
     .waits = 4,
     .good = {"reviewed"},
     .bad = {},
     .goods = 1,
     .bads = 0},
    {.waits_for = {kExpertReview},
     .waits = 1,
     .good = {"approved"},
     .bad = {"declined"},
     .goods = 1,
     .bads = 1},
    {.waits_for = {kPanelReview},
     .waits = 1,
     .good = {"approved"},
     .bad = {"declined"},
     .goods = 1,
     .bads = 1},
    {.waits_for = {kAllocation},
     .waits = 1,
     .good = {"adopted", "skipped"},
     .bad = {"rejected", "no-quorum"},
     .goods = 2,
     .bads = 2},
    {.waits_for = {kVote},
     .waits = 1,
     .good = {"accepted"},
     .bad = {"declined"},
     .goods = 1,
     .bads = 1},
}};

const StepRow& row(Step step) {
  return kRows[static_cast<size_t>(step)];
}

}  // namespace

Step step_of(std::string_view text) {
  const auto found = std::ranges::find(kSteps, text);
  GLASS_CHECK(found != kSteps.end());
  return static_cast<Step>(found - kSteps.begin());
}

std::string_view to_text(Step step) {
  return kSteps[static_cast<size_t>(step)];
}

std::span<const Step> waits_for(Step step) {
  return std::span(row(step).waits_for).first(row(step).waits);
}

std::span<const std::string_view> good_outcomes(Step step) {
  return std::span(row(step).good).first(row(step).goods);
}

std::span<const std::string_view> bad_outcomes(Step step) {
  return std::span(row(step).bad).first(row(step).bads);
}

}  // namespace glass::institution
