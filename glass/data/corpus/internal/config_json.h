// The configuration as JSON for the manifest, and the checks it must pass before work starts.
#pragma once

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/corpus/corpus.h"

namespace glass::data {

// Everything but `out` and `cache`.
Json config_json(const CorpusConfig& config);

// kInvalidInput names the key that cannot be meant.
[[nodiscard]] Status check_config(const CorpusConfig& config);

}  // namespace glass::data
