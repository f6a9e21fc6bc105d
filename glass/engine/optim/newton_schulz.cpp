#include "glass/engine/optim/newton_schulz.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/optim/float_buffer.h"

namespace glass::engine {
namespace {

constexpr int kIterations = 5;
constexpr float kA = 3.4445F, kB = -4.775F, kC = 2.0315F;
constexpr float kTiny = 1e-7F;

using Form = GemmArgs::Form;

struct Operands {
  const float* a;
  int64_t a_stride;
  const float* b;
  int64_t b_stride;
};

GemmArgs product(Form form, int64_t m, int64_t n, int64_t k, const Operands& of, float* c) {
  GemmArgs args{.form = form, .m = m, .n = n, .k = k};
  args.a = of.a;
  args.a_stride = of.a_stride;
  args.b = of.b;
  args.b_stride = of.b_stride;
  args.c = c;
  args.c_stride = n;
  return args;
}

// The three products of an iteration; nothing is read to know their scratch.
struct Products {
  GemmArgs gram, squared, update;
};

Products products_of(const MatrixExtent& x, const float* from, float* gram, float* squared,
                     float* update) {
  const auto [rows, cols] = x;
  const int64_t side = std::min(rows, cols), length = std::max(rows, cols);
  const bool wide = rows <= cols;
  const Operands twice = {from, cols, from, cols}, grams = {gram, side, gram, side};
  return {.gram = product(wide ? Form::kNT : Form::kTN, side, side, length, twice, gram),
          .squared = product(Form::kNT, side, side, side, grams, squared),
          .update = wide ? product(Form::kNN, rows, cols, rows, {gram, side, from, cols}, update)
                         : product(Form::kNN, rows, cols, cols, {from, cols, gram, side}, update)};
}

struct Sizes {
  int64_t floats = 0;   // of the largest matrix
  int64_t square = 0;   // of the largest product with itself
  int64_t scratch = 0;  // in floats
};

Sizes sizes_of(std::span<const MatrixExtent> extents, const Kernels& kernels, int workers) {
  Sizes sizes;
  size_t bytes = 0;
  for (const MatrixExtent& extent : extents) {
    const int64_t side = std::min(extent.rows, extent.cols);
    sizes.floats = std::max(sizes.floats, extent.rows * extent.cols);
    sizes.square = std::max(sizes.square, side * side);
    const Products products = products_of(extent, nullptr, nullptr, nullptr, nullptr);
    for (const GemmArgs* args : {&products.gram, &products.squared, &products.update})
      bytes = std::max(bytes, kernels.gemm_scratch(*args, workers));
  }
  sizes.scratch = static_cast<int64_t>((bytes + sizeof(float) - 1) / sizeof(float));
  return sizes;
}

}  // namespace

NewtonSchulz::NewtonSchulz(std::span<const MatrixExtent> extents, const Kernels& kernels,
                           int workers)
    : kernels_(kernels) {
  const Sizes sizes = sizes_of(extents, kernels, workers);
  product_ = FloatBuffer(sizes.floats);
  gram_ = FloatBuffer(sizes.square);
  squared_ = FloatBuffer(sizes.square);
  scratch_ = FloatBuffer(sizes.scratch);
}

int64_t NewtonSchulz::memory_bytes(std::span<const MatrixExtent> extents, const Kernels& kernels,
                                   int workers) {
  const Sizes sizes = sizes_of(extents, kernels, workers);
  return (sizes.floats + 2 * sizes.square + sizes.scratch) * static_cast<int64_t>(sizeof(float));
}

void NewtonSchulz::run(const MatrixExtent& extent, std::span<float> x, Parallel& parallel) {
  const int64_t side = std::min(extent.rows, extent.cols);
  GLASS_CHECK(std::ssize(x) == extent.rows * extent.cols && x.size() <= product_.span().size() &&
              side * side <= std::ssize(gram_.span()));
  float* const gram = gram_.span().data();
  float* const squared = squared_.span().data();
  float* const update = product_.span().data();
  const auto scratch = std::as_writable_bytes(scratch_.span());
  const float norm = std::sqrt(kernels_.sum_of_squares(x, parallel));
  kernels_.affine({.x = x.data(),
                   .y = x.data(),
                   .count = std::ssize(x),
                   .factor = 1.0F / (norm + kTiny),
                   .term = 0.0F},
                  parallel);
  const Products products = products_of(extent, x.data(), gram, squared, update);
  for (int i = 0; i < kIterations; ++i) {
    kernels_.gemm(products.gram, scratch, parallel);
    kernels_.gemm(products.squared, scratch, parallel);
    kernels_.blend(
        {.a = gram, .b = squared, .out = gram, .count = side * side, .alpha = kB, .beta = kC},
        parallel);
    kernels_.gemm(products.update, scratch, parallel);
    kernels_.blend({.a = x.data(),
                    .b = update,
                    .out = x.data(),
                    .count = std::ssize(x),
                    .alpha = kA,
                    .beta = 1.0F},
                   parallel);
  }
}

}  // namespace glass::engine
