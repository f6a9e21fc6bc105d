// OLMo 2 (OLMo et al. 2024): Llama with its norms after attention and MLP instead of before, and
// all queries of a row, and all its keys, normalised at once before they turn.
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily olmo2_family();

}  // namespace glass::engine
