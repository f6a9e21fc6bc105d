// What the experts of a row gave, summed in the order of their rank, and its gradients.
#include <cmath>
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/reference.h"
#include "glass/engine/kernels/reference/sums.h"

namespace glass::engine {

void ReferenceKernels::combine(const CombineArgs& a, Parallel& parallel) const {
  parallel.split(a.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const int32_t* place = a.place_NK + i * a.chosen;
      for (int64_t c = 0; c < a.cols; ++c) {
        const float sum = segmented_chain(a.chosen, [&](float so_far, int64_t k) {
          const float y = a.y_RC[place[k] * a.cols + c];
          return a.weight_NK == nullptr ? so_far + y
                                        : std::fma(a.weight_NK[i * a.chosen + k], y, so_far);
        });
        const int64_t at = i * a.cols + c;
        a.out_NC[at] = a.residual_NC == nullptr ? sum : sum + a.residual_NC[at];
      }
    }
  });
}

void ReferenceKernels::combine_backward(const CombineBackwardArgs& a, Parallel& parallel) const {
  parallel.split(a.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float* dout = a.dout_NC + i * a.cols;
      for (int64_t k = i * a.chosen; k < (i + 1) * a.chosen; ++k) {
        const float* y = a.y_RC + a.place_NK[k] * a.cols;
        float* dy = a.dy_RC + a.place_NK[k] * a.cols;
        a.dweight_NK[k] =
            row_sum(a.cols, [&](float sum, int64_t c) { return std::fma(dout[c], y[c], sum); });
        for (int64_t c = 0; c < a.cols; ++c) dy[c] = a.weight_NK[k] * dout[c];
      }
    }
  });
}

}  // namespace glass::engine
