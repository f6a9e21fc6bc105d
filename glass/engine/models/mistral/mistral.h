// Mistral 7B (Jiang et al. 2023): Llama whose queries see a sliding window of keys. From version
// 0.2 on released models have none.
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily mistral_family();

}  // namespace glass::engine
