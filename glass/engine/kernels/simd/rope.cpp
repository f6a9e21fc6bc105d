// Rotary position embedding.
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

void SimdKernels::rope(const RopeArgs& args, Parallel& parallel) const {
  reference_kernels().rope(args, parallel);
}

}  // namespace glass::engine
