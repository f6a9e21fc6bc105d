// VerifyRelease: a release's folder checked by what lies in it, without the engine and without the
// network: digests, signatures, the chain of steps, the proof of the log.
//
// What it cannot compare here (that the weights are what the steps give, that a figure of a
// document is right) it tells as attested, by whom, and how one would find out.
#pragma once

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/release/trust.h"
#include "glass/system/files.h"

namespace glass::record {

// Whatever is wrong is in the tree; an Error says that nothing could be looked at: kNotFound if the
// folder is no release.
[[nodiscard]] Result<EvidenceNode> verify_release(system::Files& files, const system::Path& folder,
                                                  const Trust& trust, Parallel& parallel);

}  // namespace glass::record
