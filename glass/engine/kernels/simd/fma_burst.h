// The vector loop of fma_burst.h.
#pragma once

#include <cstdint>

namespace glass::engine {

// REQUIRES: simd_kernels() is not nullptr.
int64_t simd_fma_burst(int64_t operations_at_least);

}  // namespace glass::engine
