// Croissant: the corpus for who looks for data, in Croissant 1.1 (JSON-LD).
//
// Format: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html. The distribution holds
// what can be fetched: each package, and those files of the corpus that lie in the release. How
// much there is of each language stands in a record set of its own; texts do only where they are
// there.
#pragma once

#include "glass/base/json.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record {

Json croissant(const ReleaseFacts& facts);

}  // namespace glass::record
