// Counting: what a count of an hour is held to, and which thresholds it reaches.
#pragma once

#include <cstdint>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution::petitions {

inline constexpr int64_t kMostSignatures = 1'000'000'000'000;

// kRefused says which figure does not fit to what was counted before. REQUIRES: the petition is
// open, paused or closed, and has its salts.
[[nodiscard]] Status expect_count(const Petition& petition, const PetitionRules& rules,
                                  const PetitionCounted& count, int64_t at_ms);

// The thresholds that its signatures reach and that it has not reached before, each name once.
std::vector<PetitionThresholdReached> newly_reached(const Petition& petition,
                                                    const PetitionRules& rules, int64_t at_ms);

}  // namespace glass::institution::petitions
