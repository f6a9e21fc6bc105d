// Summary: how a use case on a run ended, for people and for scripts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/record/documents/facts.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/system/files.h"

namespace glass::service {

struct Summary {
  std::string digest;  // of the run; empty while it is not finished
  int64_t steps = 0;
  int64_t tokens = 0;
  double tokens_per_second = 0;
  std::optional<double> mfu;
  std::optional<double> bits_per_byte;
  int64_t peak_memory_bytes = 0;
  std::optional<record::EvidenceNode> evidence;  // none: nothing was checked
  int64_t replayed_segments = 0;
  system::Path out;
  std::vector<record::PlaceFact> places;
  std::vector<std::string> next_commands;  // of glass, without its name
};

// Whether a check found something wrong.
bool failed(const Summary& summary);

// Whether something was checked, all of it was found right and nothing to check is missing.
bool verified(const Summary& summary);

// The keys that scripts rely on: digest, steps, tokens, tokens_per_second, mfu, bits_per_byte,
// peak_memory_bytes, verified, evidence, replayed_segments, out. Unknown values are null.
Json to_json(const Summary& summary);

// A few lines for a terminal; `program` is what its user types to run glass.
std::string to_text(const Summary& summary, std::string_view program);

}  // namespace glass::service
