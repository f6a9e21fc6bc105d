// verify_dataset: the folder of a corpus or of token shards, checked by its manifest, as a tree.
#pragma once

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/system/files.h"

namespace glass::service {

// Whether the folder has a manifest.json, as a run has none.
bool is_dataset(system::Files& files, const system::Path& folder);

// Hashes every document or shard again and counts anew what the manifest counts. What the texts
// were taken from is not there: it is attested. Whatever is wrong is in the tree; kNotFound if the
// folder is none of either kind.
[[nodiscard]] Result<record::EvidenceNode> verify_dataset(system::Files& files,
                                                          const system::Path& folder,
                                                          Parallel& parallel);

}  // namespace glass::service
