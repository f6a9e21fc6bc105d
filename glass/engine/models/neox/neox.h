// GPT-NeoX (Black et al. 2022) and Pythia (Biderman et al. 2023): LayerNorm, attention and MLP side
// by side on the block's input, a quarter of each head turns, GELU, biases everywhere, a head of
// its own. A released query_key_value is [head][q k v][head_dim].
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily neox_family();

}  // namespace glass::engine
