// RMSNorm and LayerNorm: row sums by the row rule, gradients of the weights by sums over rows.
#include <cmath>
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/reference.h"
#include "glass/engine/kernels/reference/sums.h"

namespace glass::engine {

void ReferenceKernels::rms_norm(const RmsNormArgs& n, Parallel& parallel) const {
  const auto cols = static_cast<float>(n.cols);
  const int64_t stride = n.stride == 0 ? n.groups * n.cols : n.stride;
  parallel.split(n.rows * n.groups, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t at = i / n.groups * stride + i % n.groups * n.cols;
      const float* x = n.x_NC + at;
      float* y = n.y_NC + at;
      const float squares =
          row_sum(n.cols, [&](float sum, int64_t c) { return std::fma(x[c], x[c], sum); });
      const float rstd = 1.0F / std::sqrt(squares / cols + n.epsilon);
      for (int64_t c = 0; c < n.cols; ++c) y[c] = (x[c] * rstd) * n.weight_C[c];
      n.rstd_N[i] = rstd;
    }
  });
}

void ReferenceKernels::rms_norm_backward(const RmsNormBackwardArgs& n, Parallel& parallel) const {
  const int64_t stride = n.stride == 0 ? n.groups * n.cols : n.stride;
  // The weights first: dx may overwrite dy.
  parallel.split(n.cols, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t c = begin; c < end; ++c) {
      const auto of_group = [&](int64_t group) {
        return segmented_chain(n.rows, [&](float sum, int64_t i) {
          const int64_t at = i * stride + group * n.cols + c;
          return std::fma(n.dy_NC[at], n.x_NC[at] * n.rstd_N[i * n.groups + group], sum);
        });
      };
      n.dweight_C[c] = fold_tree(0, n.groups, of_group, [](float a, float b) { return a + b; });
    }
  });
  const auto cols = static_cast<float>(n.cols);
  parallel.split(n.rows * n.groups, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t at = i / n.groups * stride + i % n.groups * n.cols;
      const float* dy = n.dy_NC + at;
      const float* x = n.x_NC + at;
      float* dx = n.dx_NC + at;
      const float rstd = n.rstd_N[i];
      const float dot = row_sum(
          n.cols, [&](float sum, int64_t c) { return std::fma(dy[c] * n.weight_C[c], x[c], sum); });
      const float t = ((dot * rstd) * rstd) / cols;
      for (int64_t c = 0; c < n.cols; ++c) dx[c] = std::fma(-x[c], t, dy[c] * n.weight_C[c]) * rstd;
    }
  });
}

void ReferenceKernels::layer_norm(const LayerNormArgs& n, Parallel& parallel) const {
  const auto cols = static_cast<float>(n.cols);
  parallel.split(n.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float* x = n.x_NC + i * n.cols;
      float* y = n.y_NC + i * n.cols;
      const float mean = row_sum(n.cols, [&](float sum, int64_t c) { return sum + x[c]; }) / cols;
      const float variance = row_sum(n.cols,
                                     [&](float sum, int64_t c) {
                                       const float d = x[c] - mean;
                                       return std::fma(d, d, sum);
                                     }) /
                             cols;
      const float rstd = 1.0F / std::sqrt(variance + n.epsilon);
      for (int64_t c = 0; c < n.cols; ++c) {
        const float h = (x[c] - mean) * rstd;
        y[c] = n.bias_C != nullptr ? std::fma(h, n.weight_C[c], n.bias_C[c]) : h * n.weight_C[c];
      }
      n.mean_N[i] = mean;
      n.rstd_N[i] = rstd;
    }
  });
}

namespace {

void layer_norm_backward_weights(const LayerNormBackwardArgs& n, int64_t begin, int64_t end) {
  for (int64_t c = begin; c < end; ++c) {
    n.dweight_C[c] = segmented_chain(n.rows, [&](float sum, int64_t i) {
      const int64_t at = i * n.cols + c;
      return std::fma(n.dy_NC[at], (n.x_NC[at] - n.mean_N[i]) * n.rstd_N[i], sum);
    });
    if (n.dbias_C == nullptr) continue;
    n.dbias_C[c] = segmented_chain(
        n.rows, [&](float sum, int64_t i) { return sum + n.dy_NC[i * n.cols + c]; });
  }
}

}  // namespace

void ReferenceKernels::layer_norm_backward(const LayerNormBackwardArgs& n,
                                           Parallel& parallel) const {
  // The weights first: dx may overwrite dy.
  parallel.split(n.cols, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    layer_norm_backward_weights(n, begin, end);
  });
  const auto cols = static_cast<float>(n.cols);
  parallel.split(n.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float* dy = n.dy_NC + i * n.cols;
      const float* x = n.x_NC + i * n.cols;
      float* dx = n.dx_NC + i * n.cols;
      const float mean = n.mean_N[i];
      const float rstd = n.rstd_N[i];
      const auto g = [&](int64_t c) { return dy[c] * n.weight_C[c]; };
      const auto h = [&](int64_t c) { return (x[c] - mean) * rstd; };
      const float m1 = row_sum(n.cols, [&](float sum, int64_t c) { return sum + g(c); }) / cols;
      const float m2 =
          row_sum(n.cols, [&](float sum, int64_t c) { return std::fma(g(c), h(c), sum); }) / cols;
      for (int64_t c = 0; c < n.cols; ++c) dx[c] = std::fma(-h(c), m2, g(c) - m1) * rstd;
    }
  });
}

}  // namespace glass::engine
