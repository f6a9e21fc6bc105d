// Newton-Schulz: the nearest matrix with orthogonal rows or columns, roughly and fast: the step of
// Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/), in class portable-1.
//
// With X = U / (|U| + 1e-7), |U| the root of the sum of squares, five times
//   A = X Xᵀ,  B = b A + c A A,  X = a X + B X   (a, b, c) = (3.4445, -4.7750, 2.0315)
// brings every singular value of X into about [0.7, 1.2]. Where X has more rows than columns the
// products are Xᵀ X and X B, the same for the transpose. Nothing is transposed in memory:
// A and A A are symmetric to the bit, for a product of two floats does not know their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/optim/float_buffer.h"

namespace glass::engine {

struct MatrixExtent {
  int64_t rows = 0, cols = 0;
};

class NewtonSchulz {
 public:
  // Takes memory for matrices of these extents. REQUIRES: kernels outlive this; no run() has more
  // than `workers` workers.
  NewtonSchulz(std::span<const MatrixExtent> extents, const Kernels& kernels, int workers);

  // What the constructor takes, in bytes.
  [[nodiscard]] static int64_t memory_bytes(std::span<const MatrixExtent> extents,
                                            const Kernels& kernels, int workers);

  // x [rows, cols], without gaps, in place. A matrix of zeros stays one.
  // REQUIRES: the extent is one of the constructor's.
  void run(const MatrixExtent& extent, std::span<float> x, Parallel& parallel);

 private:
  const Kernels& kernels_;
  FloatBuffer product_;         // as x
  FloatBuffer gram_, squared_;  // A, then B in its place; A A
  FloatBuffer scratch_;
};

}  // namespace glass::engine
