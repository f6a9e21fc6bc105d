// Assessment: the level of a run, and every trigger that it follows from.
//
// What always holds:
//
//   1. the level is that of the highest trigger; what a lowering decision set aside counts as the
//      level that it was lowered to;
//   2. where no evidence is missing, one more trigger or a higher value never lowers the level;
//   3. missing evidence counts as the higher of the two levels that it decides between:
//
//      missing                        decides between                          counts as
//      compute of the base model,     the level of all that is known,          the next
//      score that is due, methods     and the next
//      reference of a domain          SL-1 and SL-2                            SL-2
//      alert of a domain              SL-2 and SL-3                            SL-3
//      critical border of a domain    SL-3 and SL-4, once the score is at      SL-4
//                                     least the alert
//      class of the data              SL-2 and SL-3, or with an alert          SL-3 or SL-4
//                                     in any domain SL-3 and SL-4
//      level of a base model that     the level of all that is known,          the next, at
//      is not released                and the next                             least SL-3
//
//   4. an alert that cannot be ruled out, because its score or border is missing, is one for data
//      of class D3 and of unknown class;
//   5. data of class D4 has no level: it is refused.
//
// An assessment says what the facts give now. Going up happens at once; a run that stood higher
// stays there until a decision lowers it (lowering.h).
#pragma once

#include <span>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_facts.h"
#include "glass/institution/safety/thresholds.h"
#include "glass/institution/safety/trigger.h"

namespace glass::institution {

struct Assessment {
  Level level = Level::kSl1;
  Flops compute = 0;              // as far as it is known
  std::vector<Trigger> triggers;  // all of them, also those that give SL-1; the missing ones last
};

// kRefused for data of class D4; kInvalidInput if compute is too large to be counted or evaluations
// are not sound.
[[nodiscard]] Result<Assessment> assess(const LevelFacts& facts, const SafetyThresholds& thresholds,
                                        std::span<const SetAside> set_aside = {});

}  // namespace glass::institution
