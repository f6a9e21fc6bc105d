// What is kept in fewer bits: bfloat16.
#include <cstdint>

#include "glass/base/half.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/reference.h"

namespace glass::engine {

void ReferenceKernels::store_bf16(const StoreBf16Args& a, Parallel& parallel) const {
  parallel.split(a.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const uint16_t bits = bfloat16_from_float(a.x[i]);
      if (a.stored != nullptr) a.stored[i] = bits;
      a.y[i] = float_from_bfloat16(bits);
    }
  });
}

void ReferenceKernels::load_bf16(const LoadBf16Args& a, Parallel& parallel) const {
  parallel.split(a.count, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) a.y[i] = float_from_bfloat16(a.stored[i]);
  });
}

}  // namespace glass::engine
