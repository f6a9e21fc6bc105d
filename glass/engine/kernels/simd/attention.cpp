// Causal attention, forward and backward.
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

size_t SimdKernels::attention_scratch(const AttentionArgs& args, int workers) const {
  return reference_kernels().attention_scratch(args, workers);
}

size_t SimdKernels::attention_backward_scratch(const AttentionBackwardArgs& args,
                                               int workers) const {
  return reference_kernels().attention_backward_scratch(args, workers);
}

void SimdKernels::attention(const AttentionArgs& args, Scratch scratch, Parallel& parallel) const {
  reference_kernels().attention(args, scratch, parallel);
}

void SimdKernels::attention_backward(const AttentionBackwardArgs& args, Scratch scratch,
                                     Parallel& parallel) const {
  reference_kernels().attention_backward(args, scratch, parallel);
}

void SimdKernels::attention_partial(const AttentionArgs& args, int64_t segment,
                                    const AttentionPartial& partial, Scratch scratch,
                                    Parallel& parallel) const {
  reference_kernels().attention_partial(args, segment, partial, scratch, parallel);
}

void SimdKernels::merge_attention(const AttentionArgs& args,
                                  std::span<const AttentionPartial> partials,
                                  Parallel& parallel) const {
  reference_kernels().merge_attention(args, partials, parallel);
}

}  // namespace glass::engine
