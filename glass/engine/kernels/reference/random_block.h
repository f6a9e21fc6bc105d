// Normal variates of one block of Philox: what the reference is made of, and the last ones of a
// vector twin.
#pragma once

#include <array>
#include <cstdint>

#include "glass/base/philox.h"
#include "glass/engine/kernels/kernels.h"

namespace glass::engine {

// Of the words (0, 1) two variates, of (2, 3) two more.
std::array<float, 4> four_normals(const PhiloxBlock& block);

// out[4 block ... 4 block + 3], as far as there are so many.
void fill_block(const RandomNormalArgs& args, int64_t block);

}  // namespace glass::engine
