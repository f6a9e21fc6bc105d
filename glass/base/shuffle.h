// Shuffle: a random order as a pure function of seed, purpose and stream.
#pragma once

#include <cstdint>
#include <vector>

#include "glass/base/philox.h"

namespace glass {

// The numbers 0 .. count - 1 in the order of Fisher and Yates' shuffle, which can give every one:
// for i from the last down to 1, i changes places with random_below(seed, purpose, stream, i, i +
// 1).
std::vector<uint64_t> shuffled(uint64_t count, uint64_t seed, Purpose purpose, uint64_t stream);

}  // namespace glass
