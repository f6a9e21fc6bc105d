// Element-wise sums and the sums of whole arrays and columns.
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

void SimdKernels::add(const AddArgs& args, Parallel& parallel) const {
  reference_kernels().add(args, parallel);
}

void SimdKernels::column_sum(const ColumnSumArgs& args, Parallel& parallel) const {
  reference_kernels().column_sum(args, parallel);
}

float SimdKernels::sum(std::span<const float> values, Parallel& parallel) const {
  return reference_kernels().sum(values, parallel);
}

float SimdKernels::sum_of_squares(std::span<const float> values, Parallel& parallel) const {
  return reference_kernels().sum_of_squares(values, parallel);
}

}  // namespace glass::engine
