// Products: C[i,j] = tree over segments of k of (chain of fma, k ascending).
#include <cstddef>
#include <cstdint>
#include <span>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/reference.h"
#include "glass/engine/kernels/reference/sums.h"

namespace glass::engine {
namespace {

// One element of the product, before accumulate, bias and residual.
float element(const GemmArgs& g, int64_t i, int64_t j) {
  switch (g.form) {
    case GemmArgs::Form::kNT:
      return product(g.a + i * g.a_stride, 1, g.b + j * g.b_stride, 1, g.k, g.round_b);
    case GemmArgs::Form::kNN:
      return product(g.a + i * g.a_stride, 1, g.b + j, g.b_stride, g.k, g.round_b);
    case GemmArgs::Form::kTN: break;
  }
  return product(g.a + i, g.a_stride, g.b + j, g.b_stride, g.k, g.round_b);
}

}  // namespace

size_t ReferenceKernels::gemm_scratch(const GemmArgs& /*args*/, int /*workers*/) const {
  return 0;
}

void ReferenceKernels::gemm(const GemmArgs& g, Scratch /*scratch*/, Parallel& parallel) const {
  parallel.split(g.m * g.n, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t i = at / g.n;
      const int64_t j = at % g.n;
      float& c = g.c[i * g.c_stride + j];
      float value = element(g, i, j);
      if (g.accumulate) value = c + value;
      if (g.bias != nullptr) value = value + g.bias[j];
      if (g.residual != nullptr) value = value + g.residual[i * g.c_stride + j];
      c = value;
    }
  });
}

// Packed are the numbers that the format leaves, as floats.
size_t ReferenceKernels::packed_bytes(int64_t n, int64_t k, WeightFormat /*format*/) const {
  return static_cast<size_t>(n * k) * sizeof(float);
}

PackedMatrix ReferenceKernels::pack(const float* b_NK, int64_t n, int64_t k, WeightFormat format,
                                    std::span<std::byte> into, Parallel& parallel) const {
  GLASS_CHECK(into.size() >= packed_bytes(n, k, format));
  auto* numbers_NK = reinterpret_cast<float*>(into.data());
  parallel.split(n, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t row = begin; row < end; ++row)
      round_row(format, std::span(b_NK + row * k, static_cast<size_t>(k)), numbers_NK + row * k);
  });
  return {.data = into.data(), .n = n, .k = k, .format = format};
}

void ReferenceKernels::gemm_packed(const GemmArgs& args, const PackedMatrix& packed,
                                   Scratch scratch, Parallel& parallel) const {
  GLASS_CHECK(args.form == GemmArgs::Form::kNT && args.n == packed.n && args.k == packed.k &&
              !args.round_b);
  GemmArgs plain = args;
  plain.b = reinterpret_cast<const float*>(packed.data);
  plain.b_stride = packed.k;
  gemm(plain, scratch, parallel);
}

}  // namespace glass::engine
