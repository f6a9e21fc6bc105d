// Verify guide: VERIFY.md, which tells a stranger in plain words how to check a release, with this
// program and without it.
//
// The blocks marked `sh` are one script: run in the release's folder, in order, each stops at the
// first thing that is wrong. They need coreutils, sed, perl and openssl 3; the last, Go.
#pragma once

#include <string>

#include "glass/record/release_documents/release_facts.h"

namespace glass::record {

std::string verify_guide(const ReleaseFacts& facts);

}  // namespace glass::record
