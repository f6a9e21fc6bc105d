// The variates of one block of Philox: what random_normal of the reference is made of, and the last
// ones of its vector twin.
#pragma once

#include <cstdint>

#include "glass/engine/kernels/kernels.h"

namespace glass::engine {

// out[4 block ... 4 block + 3], as far as there are so many.
void fill_block(const RandomNormalArgs& args, int64_t block);

}  // namespace glass::engine
