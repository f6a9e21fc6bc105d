// Token and position embedding, forward and backward.
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

size_t SimdKernels::embedding_backward_scratch(const EmbeddingBackwardArgs& args,
                                               int workers) const {
  return reference_kernels().embedding_backward_scratch(args, workers);
}

void SimdKernels::embedding(const EmbeddingArgs& args, Parallel& parallel) const {
  reference_kernels().embedding(args, parallel);
}

void SimdKernels::embedding_backward(const EmbeddingBackwardArgs& args, Scratch scratch,
                                     Parallel& parallel) const {
  reference_kernels().embedding_backward(args, scratch, parallel);
}

}  // namespace glass::engine
