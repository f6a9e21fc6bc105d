// Blas: the sgemm of a BLAS library that is loaded at run time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "glass/engine/kernels/kernels.h"

namespace glass::bench {

class Blas {
 public:
  // OpenBLAS with threads of its own or with those of OpenMP; the path is taken from the
  // environment (GLASS_OPENBLAS, GLASS_OPENBLAS_OPENMP) or is where Debian puts it. Empty where
  // there is none.
  static std::optional<Blas> open_pthread(int threads);
  static std::optional<Blas> open_openmp(int threads);

  // C = product: the fields accumulate, bias and residual are not looked at.
  void gemm(const engine::GemmArgs& args) const;

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  using Sgemm = void (*)(int order, int trans_a, int trans_b, int m, int n, int k, float alpha,
                         const float* a, int lda, const float* b, int ldb, float beta, float* c,
                         int ldc);

  static std::optional<Blas> open(const std::string& path, std::string name, int threads);

  Sgemm sgemm_ = nullptr;
  std::string name_;
};

}  // namespace glass::bench
