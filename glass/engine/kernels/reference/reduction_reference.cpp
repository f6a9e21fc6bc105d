// Affine maps, and sums of arrays: by the row rule where they are flat, by sums over rows where
// they are columns.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/reference.h"
#include "glass/engine/kernels/reference/sums.h"

namespace glass::engine {

void ReferenceKernels::add(const AddArgs& a, Parallel& parallel) const {
  parallel.split(a.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) a.out[i] = a.a[i] + a.b[i];
  });
}

void ReferenceKernels::affine(const AffineArgs& a, Parallel& parallel) const {
  parallel.split(a.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) a.y[i] = std::fma(a.factor, a.x[i], a.term);
  });
}

void ReferenceKernels::column_sum(const ColumnSumArgs& s, Parallel& parallel) const {
  parallel.split(s.cols, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t c = begin; c < end; ++c) {
      s.sum_C[c] = segmented_chain(
          s.rows, [&](float sum, int64_t i) { return sum + s.x_NC[i * s.cols + c]; });
    }
  });
}

float ReferenceKernels::sum(std::span<const float> x, Parallel& /*parallel*/) const {
  return row_sum(std::ssize(x),
                 [&](float sum, int64_t i) { return sum + x[static_cast<size_t>(i)]; });
}

float ReferenceKernels::sum_of_squares(std::span<const float> x, Parallel& /*parallel*/) const {
  return row_sum(std::ssize(x), [&](float sum, int64_t i) {
    const float value = x[static_cast<size_t>(i)];
    return std::fma(value, value, sum);
  });
}

}  // namespace glass::engine
