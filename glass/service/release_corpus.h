// ReleaseCorpus: the manifests of corpus and shards as facts of a release.
#pragma once

#include "glass/base/json.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::service {

// What of the manifest is not as this program writes it stays unknown.
void add_corpus_manifest(const Json& manifest, record::CorpusFact& corpus);
void add_shards_manifest(const Json& manifest, record::CorpusFact& corpus);

}  // namespace glass::service
