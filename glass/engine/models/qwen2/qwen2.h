// Qwen 2 and 2.5 (Yang et al. 2024): Llama with biases on queries, keys and values. The sliding
// window that a config.json may switch on is refused: no released model does.
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily qwen2_family();

}  // namespace glass::engine
