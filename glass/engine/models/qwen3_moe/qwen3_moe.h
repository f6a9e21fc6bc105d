// Qwen 3 with experts (Yang et al. 2025, arXiv:2505.09388): Qwen 3 with experts in the place of the
// MLP in every block; a token goes to eight of 128, weighed by the softmax over those it goes to.
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily qwen3_moe_family();

}  // namespace glass::engine
