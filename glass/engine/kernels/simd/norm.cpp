// RMSNorm and LayerNorm, forward and backward.
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

void SimdKernels::rms_norm(const RmsNormArgs& args, Parallel& parallel) const {
  reference_kernels().rms_norm(args, parallel);
}

void SimdKernels::rms_norm_backward(const RmsNormBackwardArgs& args, Parallel& parallel) const {
  reference_kernels().rms_norm_backward(args, parallel);
}

void SimdKernels::layer_norm(const LayerNormArgs& args, Parallel& parallel) const {
  reference_kernels().layer_norm(args, parallel);
}

void SimdKernels::layer_norm_backward(const LayerNormBackwardArgs& args, Parallel& parallel) const {
  reference_kernels().layer_norm_backward(args, parallel);
}

}  // namespace glass::engine
