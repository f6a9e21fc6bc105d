// EvidenceFlags: the flags of whoever verifies a release or a statement, the same at both doors.
#pragma once

#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/release/trust.h"

namespace CLI {
class App;
}

namespace glass::verifier {

struct EvidenceFlags {
  std::string thing;  // folder or URL of a release, or file of a statement
  record::TrustWords trust;
  std::vector<std::string> evidence;
  std::string proof;
  std::string to;  // where a release of a URL is kept
};

enum class EvidenceThing { kUrl, kRelease, kStatement };

// All but the thing's, and what the exit codes mean.
void add_evidence_flags(CLI::App& app, EvidenceFlags& flags);

// kInvalidInput where a flag would be ignored.
[[nodiscard]] Status expect_no_others(const EvidenceFlags& flags, bool is_url, bool is_statement);

// Of a URL it tells how far it is, unless `quiet`, and is interrupted by Ctrl-C.
[[nodiscard]] Result<record::EvidenceNode> verify_evidence(const EvidenceFlags& flags,
                                                           EvidenceThing thing, bool quiet,
                                                           Parallel& parallel);

void print_tree(const record::EvidenceNode& tree, bool json);

}  // namespace glass::verifier
