// Normal variates as a pure function of (seed, purpose, stream, index): initial weights.
//
// Box and Muller's transform over blocks of Philox (glass/base/philox.h), in double precision with
// the portable functions of math.h, rounded to float once.
#pragma once

#include <cstdint>
#include <span>

#include "glass/base/philox.h"

namespace glass::engine {

// out[i] = variate number first + i of the stream: mean 0, standard deviation 1, magnitude < 6.67.
// Thread-safe; a range may be cut anywhere.
void fill_random_normal(std::span<float> out, uint64_t seed, Purpose purpose, uint64_t stream,
                        uint64_t first);

}  // namespace glass::engine
