// VerifyDecision: a release held against the public journal of a facility: that it was decided, or
// that it needed no decision because the facility knows of no such training.
#pragma once

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/service/facility/release_decision.h"
#include "glass/service/run_record.h"
#include "glass/system/files.h"

namespace glass::service {

// A run as a facility's journal names it.
TrainedThing trained_thing(const RunRecord& record);

// Puts what the journal says into the tree of a release that was verified. An Error says that
// nothing could be looked at: what is wrong with journal or release is in the tree.
[[nodiscard]] Status add_decision(record::EvidenceNode& release_tree, const system::Path& release,
                                  const system::Path& journal, system::Files& files,
                                  Parallel& parallel);

}  // namespace glass::service
