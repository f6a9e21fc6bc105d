// Test facts: of a small release, and of one that nobody knows anything of.
#pragma once

#include "glass/record/release_documents/release_facts.h"

namespace glass::record {

ReleaseFacts some_release();

// With a name, and nothing else.
ReleaseFacts unknown_release();

}  // namespace glass::record
