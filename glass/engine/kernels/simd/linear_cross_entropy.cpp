// The last linear layer fused with softmax and cross entropy.
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

size_t SimdKernels::linear_cross_entropy_scratch(const LinearCrossEntropyArgs& args,
                                                 int workers) const {
  return reference_kernels().linear_cross_entropy_scratch(args, workers);
}

void SimdKernels::linear_cross_entropy(const LinearCrossEntropyArgs& args, Scratch scratch,
                                       Parallel& parallel) const {
  reference_kernels().linear_cross_entropy(args, scratch, parallel);
}

}  // namespace glass::engine
