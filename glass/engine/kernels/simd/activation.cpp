// SwiGLU and GELU, forward and backward.
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

void SimdKernels::swiglu(const SwigluArgs& args, Parallel& parallel) const {
  reference_kernels().swiglu(args, parallel);
}

void SimdKernels::swiglu_backward(const SwigluBackwardArgs& args, Parallel& parallel) const {
  reference_kernels().swiglu_backward(args, parallel);
}

void SimdKernels::gelu(const GeluArgs& args, Parallel& parallel) const {
  reference_kernels().gelu(args, parallel);
}

void SimdKernels::gelu_backward(const GeluBackwardArgs& args, Parallel& parallel) const {
  reference_kernels().gelu_backward(args, parallel);
}

}  // namespace glass::engine
