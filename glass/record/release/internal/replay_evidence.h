// ReplayEvidence: what a statement of a replay says, and whether its segments were chosen as it
// says.
#pragma once

#include <cstdint>
#include <string>

#include "glass/crypto/sha256.h"
#include "glass/record/release/evidence_tree.h"
#include "glass/record/release/internal/run_evidence.h"

namespace glass::record {

// Of a run of so many steps. Broken if it is about another run, if a segment was not equal, or if
// its segments are not those that its seed draws, or its seed not the one that its challenge gives.
EvidenceNode replay_node(const Verified& release, const std::string& file,
                         const crypto::Digest& run, int64_t steps);

}  // namespace glass::record
