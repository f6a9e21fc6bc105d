// The twin of simd_kernels.cpp for processors that Highway's twins are not written for.
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

const Kernels* simd_kernels() {
  return nullptr;
}

}  // namespace glass::engine
