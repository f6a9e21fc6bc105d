// Qwen 3 (Yang et al. 2025): Llama whose queries and keys are normalised, each head for itself,
// before they turn; its heads are often wider than their share of the model.
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily qwen3_family();

}  // namespace glass::engine
