// Governance: which facility and which run of it a training belongs to, as its folder and its
// record say it.
//
//   OUT/training/governed.json   the mark, written before the first step
//   OUT/record.json              execution.governed, signed with the rest
//
// What always holds: a folder's training belongs to one run, or to none, from its first step to its
// record. Whoever owns the folder can forge both; what cannot be forged is the facility's journal,
// which names the record and the model (service/facility/release_decision.h).
#pragma once

#include <optional>
#include <string>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/run_folder.h"
#include "glass/system/files.h"

namespace glass::service {

struct GovernedBy {
  std::string facility;  // digest of its founding act, 64 hexadecimal digits
  std::string run;       // its id there

  friend bool operator==(const GovernedBy&, const GovernedBy&) = default;
};

// {"facility":...,"run":...}
Json to_json(const GovernedBy& governed);
[[nodiscard]] Result<GovernedBy> governed_by_from_json(const Json& json);

// What a run record says; nothing: no facility governed the training. kInvalidInput if it says it
// in another form.
[[nodiscard]] Result<std::optional<GovernedBy>> governed_by(const record::Statement& run_record);

// That the folder of a finished training belongs to whom its record says. kMismatch says to whom
// else.
[[nodiscard]] Status expect_mark(const GovernedBy& by, const RunPaths& paths, system::Files& files);

// That the training in the folder belongs to `by`, or has not begun. kRefused says to whom it
// belongs, and the way out.
[[nodiscard]] Status expect_governance(const std::optional<GovernedBy>& by, const RunPaths& paths,
                                       system::Files& files);

// From now on the training in the folder belongs to it. REQUIRES: expect_governance.
[[nodiscard]] Status mark_governed(const GovernedBy& by, const RunPaths& paths,
                                   system::Files& files);

}  // namespace glass::service
