#include "glass/engine/kernels/fma_burst.h"

#include <cmath>
#include <cstdint>

#include "glass/engine/kernels/simd/fma_burst.h"
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {
namespace {

int64_t scalar_fma_burst(int64_t operations_at_least) {
  volatile float keep = 1;
  float chain = keep;
  for (int64_t i = 0; i < operations_at_least; i += 2) chain = std::fma(chain, 0.9999F, 1e-6F);
  keep = chain;  // else the compiler leaves the work out
  return operations_at_least;
}

}  // namespace

int64_t fma_burst(int64_t operations_at_least) {
  return simd_kernels() != nullptr ? simd_fma_burst(operations_at_least)
                                   : scalar_fma_burst(operations_at_least);
}

}  // namespace glass::engine
