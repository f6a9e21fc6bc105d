// Bill of materials: the parts of the release in CycloneDX 1.6, the form for machine learning.
//
// Schema: https://cyclonedx.org/docs/1.6/json/. The model is what the bill is about; its files, the
// corpus, each dataset, the model it goes on from and the program that trained it are components.
// Energy is told only where it was metered.
#pragma once

#include "glass/base/json.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record {

Json bill_of_materials(const ReleaseFacts& facts);

}  // namespace glass::record
