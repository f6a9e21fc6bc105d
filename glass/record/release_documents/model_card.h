// Model card: README.md with the head that Hugging Face's hub reads.
//
// Keys of the head: https://huggingface.co/docs/hub/model-cards. A licence without a name on the
// hub is "other" with its expression as license_name. What nobody stated is called not stated.
#pragma once

#include <string>

#include "glass/record/release_documents/release_facts.h"

namespace glass::record {

std::string model_card(const ReleaseFacts& facts);

}  // namespace glass::record
