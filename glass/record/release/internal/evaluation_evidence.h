// EvaluationEvidence: what a statement of an evaluation says, and whether it is about the run's
// model.
#pragma once

#include <string>

#include "glass/base/json.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/release/internal/run_evidence.h"

namespace glass::record {

// Attested: what was asked again is shown by asking again. Broken if it is about files that are not
// the run's model, or if it has other figures of the held-out text than the record. `run`: the
// member of that name of a run record.
EvidenceNode evaluation_node(const Verified& release, const std::string& file, const Json& run);

}  // namespace glass::record
