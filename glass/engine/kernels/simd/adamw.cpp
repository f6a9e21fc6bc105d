// AdamW, one pass over parameter, gradient and state.
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

void SimdKernels::adamw(const AdamWArgs& args, Parallel& parallel) const {
  reference_kernels().adamw(args, parallel);
}

}  // namespace glass::engine
