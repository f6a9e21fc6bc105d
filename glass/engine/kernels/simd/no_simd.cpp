// The twin of simd_kernels.cpp and fma_burst.cpp for processors that Highway's twins are not
// written for.
#include <cstdint>

#include "glass/engine/kernels/simd/fma_burst.h"
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

const Kernels* simd_kernels() {
  return nullptr;
}

int64_t simd_fma_burst(int64_t) {
  return 0;
}

}  // namespace glass::engine
