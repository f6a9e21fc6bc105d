// ReleaseDecision: what a facility's journal says of the publication of a model. The journal is
// folded and checked on the way: what it tells wrongly decides nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::service {

// What is to be published, by digests of 64 hexadecimal digits.
struct TrainedThing {
  std::string model, record;  // the run's digest, and its record's: as run.ended names them
  std::string recipe;
  std::vector<std::string> data;
  std::string numerics;
};

struct ReleaseDecision {
  std::string facility, run;  // digest of the founding act; id
  int64_t entry = 0;          // of the journal, with which the model may be published
  crypto::Digest line;        // of that entry

  friend bool operator==(const ReleaseDecision&, const ReleaseDecision&) = default;
};

// {"entry":...,"facility":...,"line":"sha256:...","run":...}: what a release's statement says.
Json to_json(const ReleaseDecision& decision);
[[nodiscard]] Result<ReleaseDecision> release_decision_from_json(const Json& json);

// The decision of a facility, of whose folder or public journal `place` is, that exactly this model
// with this record may be published. kRefused says where the run stands instead.
[[nodiscard]] Result<ReleaseDecision> find_release_decision(system::Files& files,
                                                            const system::Path& place,
                                                            const TrainedThing& thing,
                                                            Parallel& parallel);

// The run of the facility that is this training, whoever says that it is none: by its model, or by
// what it was registered to be made of. Nothing if the journal knows none.
[[nodiscard]] Result<std::optional<std::string>> find_governed_run(system::Files& files,
                                                                   const system::Path& place,
                                                                   const TrainedThing& thing,
                                                                   Parallel& parallel);

}  // namespace glass::service
