// SPDX: the release as an SPDX 3.0.1 document with the profiles for AI and datasets.
//
// Model: https://spdx.github.io/spdx-spec/v3.0.1/. A profile asks for fields that not every release
// knows (a place to download from, a date); only where all of them are known does the document say
// that it conforms to the profile.
#pragma once

#include "glass/base/json.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record {

// REQUIRES: a date, without which there is no document of SPDX.
Json spdx_document(const ReleaseFacts& facts);

}  // namespace glass::record
