// Run facts: what the journal says of a run where something depends on it: its safety level,
// whether everybody agreed who has to, whether its level may be lowered or its model published.
// What the journal does not say is missing, and missing never helps.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/assessment.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/lowering.h"
#include "glass/institution/safety/release_gate.h"
#include "glass/institution/safety/trigger.h"

namespace glass::institution {

// Of the base model and of synthetic data: what counts besides the run's own.
Flops other_compute(const State& state, const GovernedRun& run);

// Its level as it follows from what is known now, and all triggers. A run that stands higher stays
// there.
Assessment assessment_of(const State& state, const GovernedRun& run);

// A seat as somebody who agrees to something about a run: with its roles, its body, and as the
// applicant where it is.
Approver approver(const State& state, const GovernedRun& run, std::string_view seat);

// What is still missing of the persons that have to agree to what the run waits for, in sentences;
// votes besides.
std::vector<std::string> lacking_persons(const State& state, const GovernedRun& run);

// Whether every body that has to has adopted the content.
bool is_adopted_by_all(const State& state, std::string_view matter, std::string_view content,
                       int64_t level, int64_t minutes);

// Whether all persons and bodies have agreed to what the run waits for.
bool is_agreed(const State& state, const GovernedRun& run);

// Whether those who have asked for its stop are enough.
bool is_stop_due(const State& state, const GovernedRun& run);

// What stands in the way of lowering its level a step, but for the agreement and, where
// `is_asking`, for the time of objections, which begins then.
[[nodiscard]] Status expect_may_lower(const State& state, const GovernedRun& run, bool is_asking,
                                      int64_t at_ms);

// What a lowering by a step sets aside: nothing where what is known by now gives no more than the
// level below. kRefused names missing evidence that stands in the way.
[[nodiscard]] Result<std::vector<SetAside>> set_aside_by_lowering(const State& state,
                                                                  const GovernedRun& run);

// The ten points of the release gate.
std::array<GatePoint, kGatePoints> gate_of(const State& state, const GovernedRun& run,
                                           int64_t at_ms);

// Whether the model may be published now: every point holds, and the path of its level was gone.
[[nodiscard]] Status expect_may_publish(const State& state, const GovernedRun& run, int64_t at_ms);

// What a run waits for, a sentence each: persons, votes, a notice, points of the release gate, its
// own conditions of a lowering. Nothing if it waits for nobody.
std::vector<std::string> awaited(const State& state, const GovernedRun& run, int64_t at_ms);

}  // namespace glass::institution
