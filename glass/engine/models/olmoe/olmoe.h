// OLMoE (Muennighoff et al. 2024, arXiv:2409.02060): Llama with experts in the place of the MLP,
// and all queries of a row, and all its keys, normalised at once; a token goes to eight of 64,
// weighed by the softmax over all of them.
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily olmoe_family();

}  // namespace glass::engine
