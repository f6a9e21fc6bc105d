// Which instruction set this machine runs the twins with.
#include "glass/engine/kernels/simd/simd_kernels.h"

#include "glass/engine/kernels/simd/targets.h"
//
#include <hwy/highway.h>
#include <hwy/targets.h>

namespace glass::engine {

namespace {

// The best of our sets that the processor has; 0 when it has none.
int64_t best_target() {
  const int64_t ours = static_cast<int64_t>(hwy::SupportedTargets()) & HWY_TARGETS;
  return ours & -ours;  // the lower the bit, the better the set
}

}  // namespace

std::string_view SimdKernels::name() const {
  switch (best_target()) {
    case HWY_AVX3: return "avx512";
    case HWY_AVX2: return "avx2";
    case HWY_NEON: return "neon";
    default: return "none";
  }
}

const Kernels* simd_kernels() {
  static const SimdKernels kernels;
  return best_target() == 0 ? nullptr : &kernels;
}

}  // namespace glass::engine
