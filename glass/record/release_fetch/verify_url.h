// VerifyUrl: a release on a web server, checked.
#pragma once

#include <string>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/release/trust.h"
#include "glass/record/release_fetch/fetch_release.h"
#include "glass/system/files.h"

namespace glass::record {

// Fetches it into the folder `to`, or if that is empty into one that is removed in the end, and
// checks what came as verify_release does; the root names the URL.
[[nodiscard]] Result<EvidenceNode> verify_url(system::Files& files, const std::string& url,
                                              const system::Path& to, const Trust& trust,
                                              Parallel& parallel, const FetchWatch& watch);

}  // namespace glass::record
