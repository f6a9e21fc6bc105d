// Provenance: how the weights were made, as the predicate of SLSA provenance v1.
//
// Fields: https://slsa.dev/spec/v1.1/provenance. A training is a build: the recipe, its seed and
// the numerics class decide the result (externalParameters), machine and threads must not
// (internalParameters), and what the recipe names is pinned by digest (resolvedDependencies).
// Others wrap the predicate into an in-toto statement and sign it.
#pragma once

#include <string>
#include <string_view>

#include "glass/base/json.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record {

inline constexpr std::string_view kProvenancePredicate = "https://slsa.dev/provenance/v1";
inline constexpr std::string_view kTrainingBuildType = "https://glassworks/training/v1";

// Who ran the training: the provider's address, else the first key that signed the run's record.
std::string builder_id(const ReleaseFacts& facts);

Json provenance_predicate(const ReleaseFacts& facts);

}  // namespace glass::record
