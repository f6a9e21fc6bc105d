// ReplayEvidence: what a statement of a replay says, and whether its segments were chosen as it
// says.
#pragma once

#include <cstdint>
#include <string>

#include "glass/crypto/sha256.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/release/internal/run_evidence.h"

namespace glass::record {

// The run that replays are about.
struct ReplayedRun {
  const Statement& record;
  crypto::Digest digest;
  int64_t steps;
};

// Broken if it is about another run, if it tells of steps that there are not, if a segment was not
// equal, or if its segments are not those that its seed draws, or its seed not the one that its
// challenge gives: a checkpoint of a log that named the run's record.
EvidenceNode replay_node(const Verified& release, const std::string& file, const ReplayedRun& run);

}  // namespace glass::record
