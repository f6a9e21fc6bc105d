// Matrix products.
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

size_t SimdKernels::gemm_scratch(const GemmArgs& args, int workers) const {
  return reference_kernels().gemm_scratch(args, workers);
}

void SimdKernels::gemm(const GemmArgs& args, Scratch scratch, Parallel& parallel) const {
  reference_kernels().gemm(args, scratch, parallel);
}

size_t SimdKernels::packed_bytes(int64_t n, int64_t k) const {
  return reference_kernels().packed_bytes(n, k);
}

PackedMatrix SimdKernels::pack(const float* b_NK, int64_t n, int64_t k, std::span<std::byte> into,
                               Parallel& parallel) const {
  return reference_kernels().pack(b_NK, n, k, into, parallel);
}

void SimdKernels::gemm_packed(const GemmArgs& args, const PackedMatrix& packed, Scratch scratch,
                              Parallel& parallel) const {
  reference_kernels().gemm_packed(args, packed, scratch, parallel);
}

}  // namespace glass::engine
