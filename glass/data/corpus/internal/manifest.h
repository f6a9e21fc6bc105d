// The manifest of a corpus: written once, read back as a CorpusReport.
#pragma once

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/corpus/corpus.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/corpus/internal/assembly.h"
#include "glass/data/rights/policy.h"

namespace glass::data {

// REQUIRES: `assembly` is finished and `store` is what it wrote into `folder`.
[[nodiscard]] Result<Json> make_manifest(const CorpusConfig& config, system::Files& files,
                                         const system::Path& folder, const DocumentStore& store,
                                         const Assembly& assembly, const LicencePolicy& policy,
                                         Json::Array archives);

// kCorruption if it is no manifest of this version.
[[nodiscard]] Result<CorpusReport> read_manifest(Json manifest);

}  // namespace glass::data
