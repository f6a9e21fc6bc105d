// Rotary positions: each pair of columns turns by the angle of its row's position.
#include <cmath>
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/reference.h"

namespace glass::engine {
namespace {

void turn(float& x0, float& x1, float cosine, float sine, bool inverse) {
  const float a = x0;
  const float b = x1;
  if (inverse) {
    x0 = std::fma(a, cosine, b * sine);
    x1 = std::fma(b, cosine, -(a * sine));
  } else {
    x0 = std::fma(a, cosine, -(b * sine));
    x1 = std::fma(a, sine, b * cosine);
  }
}

}  // namespace

void ReferenceKernels::rope(const RopeArgs& r, Parallel& parallel) const {
  const int64_t pairs = r.rotary_dim / 2;
  parallel.split(r.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float* angles = r.table + int64_t{r.position_N[i]} * pairs * 2;
      for (int64_t head = 0; head < r.heads; ++head) {
        float* x = r.x + i * r.stride + head * r.head_dim;
        for (int64_t p = 0; p < pairs; ++p) {
          float& x0 = r.interleaved ? x[2 * p] : x[p];
          float& x1 = r.interleaved ? x[2 * p + 1] : x[p + pairs];
          turn(x0, x1, angles[2 * p], angles[2 * p + 1], r.inverse);
        }
      }
    }
  });
}

}  // namespace glass::engine
