// Mixtral (Jiang et al. 2024, arXiv:2401.04088): Llama with experts in the place of the MLP; a
// token goes to two of eight, weighed by the softmax over those it goes to.
#pragma once

#include "glass/engine/models/family.h"

namespace glass::engine {

ModelFamily mixtral_family();

}  // namespace glass::engine
