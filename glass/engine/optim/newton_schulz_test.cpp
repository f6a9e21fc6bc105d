#include "glass/engine/optim/newton_schulz.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"

namespace glass::engine {
namespace {

using Doubles = std::vector<double>;

std::vector<float> some_matrix(const MatrixExtent& extent) {
  std::vector<float> x(static_cast<size_t>(extent.rows * extent.cols));
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i * i % 1009)) * 0.01F;
  return x;
}

std::vector<float> orthogonal(const MatrixExtent& extent, const Kernels& kernels,
                              Parallel& parallel) {
  std::vector<float> x = some_matrix(extent);
  NewtonSchulz(std::array{extent}, kernels, parallel.workers()).run(extent, x, parallel);
  return x;
}

// [rows, inner] times [inner, cols].
Doubles times(const Doubles& a, const Doubles& b, size_t rows, size_t inner, size_t cols) {
  Doubles c(rows * cols);
  for (size_t i = 0; i < rows; ++i) {
    for (size_t k = 0; k < inner; ++k) {
      for (size_t j = 0; j < cols; ++j) c[i * cols + j] += a[i * inner + k] * b[k * cols + j];
    }
  }
  return c;
}

Doubles transposed(const Doubles& a, size_t rows, size_t cols) {
  Doubles t(a.size());
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < cols; ++j) t[j * rows + i] = a[i * cols + j];
  }
  return t;
}

// The published iteration, in double, on the matrix or its transpose, whichever is wide.
Doubles published(const MatrixExtent& extent) {
  const std::vector<float> floats = some_matrix(extent);
  const bool tall = extent.rows > extent.cols;
  const auto rows = static_cast<size_t>(tall ? extent.cols : extent.rows);
  const auto cols = static_cast<size_t>(tall ? extent.rows : extent.cols);
  Doubles x(floats.begin(), floats.end());
  if (tall) x = transposed(x, cols, rows);
  double squares = 0;
  for (const double value : x) squares += value * value;
  for (double& value : x) value /= std::sqrt(squares) + 1e-7;
  for (int i = 0; i < 5; ++i) {
    const Doubles a = times(x, transposed(x, rows, cols), rows, cols, rows);
    Doubles b = times(a, a, rows, rows, rows);
    for (size_t j = 0; j < b.size(); ++j) b[j] = -4.775 * a[j] + 2.0315 * b[j];
    const Doubles bx = times(b, x, rows, rows, cols);
    for (size_t j = 0; j < x.size(); ++j) x[j] = 3.4445 * x[j] + bx[j];
  }
  return tall ? transposed(x, rows, cols) : x;
}

class Matrices : public testing::TestWithParam<std::pair<int64_t, int64_t>> {
 protected:
  [[nodiscard]] static MatrixExtent extent() { return {GetParam().first, GetParam().second}; }
};

TEST_P(Matrices, FollowThePublishedIterationInDouble) {
  SerialParallel serial;
  const std::vector<float> ours = orthogonal(extent(), reference_kernels(), serial);
  const Doubles truth = published(extent());
  for (size_t i = 0; i < ours.size(); ++i)
    ASSERT_NEAR(static_cast<double>(ours[i]), truth[i], 2e-5) << i;
}

TEST_P(Matrices, HaveTheSameBitsByAnyKernels) {
  SerialParallel serial;
  const std::vector<float> expected = orthogonal(extent(), reference_kernels(), serial);
  for (const Kernels* const kernels : available_kernels())
    EXPECT_EQ(orthogonal(extent(), *kernels, serial), expected) << kernels->name();
}

INSTANTIATE_TEST_SUITE_P(WideTallAndSquare, Matrices,
                         testing::Values(std::pair(1, 1), std::pair(3, 7), std::pair(16, 16),
                                         std::pair(40, 24), std::pair(9, 530), std::pair(300, 20)));

// The singular values of a diagonal matrix are its diagonal; none may lie far from 1, though the
// smallest is a hundredth of the largest.
TEST(NewtonSchulz, BringsSingularValuesNearOne) {
  const MatrixExtent extent{12, 20};
  std::vector<float> x(240);
  for (size_t i = 0; i < 12; ++i)
    x[i * 20 + i] = i == 11 ? 0.01F : 1.0F - 0.07F * static_cast<float>(i);
  SerialParallel serial;
  NewtonSchulz(std::array{extent}, reference_kernels(), 1).run(extent, x, serial);
  for (size_t i = 0; i < x.size(); ++i) {
    if (i % 20 != i / 20) {
      EXPECT_EQ(x[i], 0.0F);
    } else {
      EXPECT_GT(x[i], i / 20 == 11 ? 0.4F : 0.65F) << i;
      EXPECT_LT(x[i], 1.25F) << i;
    }
  }
}

TEST(NewtonSchulz, AMatrixOfZerosStaysOne) {
  const MatrixExtent extent{4, 6};
  std::vector<float> x(24);
  SerialParallel serial;
  NewtonSchulz(std::array{extent}, reference_kernels(), 1).run(extent, x, serial);
  EXPECT_TRUE(std::ranges::all_of(x, [](float value) { return value == 0.0F; }));
}

}  // namespace
}  // namespace glass::engine
