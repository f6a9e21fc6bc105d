// RMSNorm and LayerNorm, forward and backward.
//
// Rows are independent, and so are the columns of the weights' gradients, which are summed first
// because dx may overwrite dy.
#include <algorithm>
#include <cstdint>

#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/norm.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/columns-inl.h"
#include "glass/engine/kernels/simd/math-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

// 1 / sqrt(mean of squares + epsilon).
HWY_INLINE float inverse_deviation(float squares, int64_t cols, float epsilon) {
  const Vec variance = constant(squares / static_cast<float>(cols) + epsilon);
  return hn::GetLane(hn::Div(constant(1.0F), hn::Sqrt(variance)));
}

// Where group i % groups of row i / groups begins, counted from the first of all.
template <typename Args>
HWY_INLINE int64_t start_of_group(const Args& n, int64_t i) {
  if (n.groups == 1) return i * (n.stride == 0 ? n.cols : n.stride);
  const int64_t stride = n.stride == 0 ? n.groups * n.cols : n.stride;
  return i / n.groups * stride + i % n.groups * n.cols;
}

void rms_norm_groups(const RmsNormArgs& n, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const int64_t at = start_of_group(n, i);
    const float* x = n.x_NC + at;
    const float squares = row_sum(
        n.cols, [](const Vec& sum, const Vec& v) HWY_ATTR { return hn::MulAdd(v, v, sum); }, x);
    n.rstd_N[i] = inverse_deviation(squares, n.cols, n.epsilon);
    const Vec rstd = constant(n.rstd_N[i]);
    transform(
        n.cols, n.y_NC + at, [=](Vec v, Vec w) HWY_ATTR { return hn::Mul(hn::Mul(v, rstd), w); }, x,
        n.weight_C);
  }
}

// The gradient of `columns` <= kColumnBlock weights from column c on: the node [first, last) of the
// tree over groups.
void sum_groups(const RmsNormBackwardArgs& n, int64_t first, int64_t last, int64_t c,
                int64_t columns, float* sums) {
  if (last - first > 1) {
    const int64_t middle = first + left_leaves(last - first);
    alignas(64) float right[kColumnBlock];
    sum_groups(n, first, middle, c, columns, sums);
    sum_groups(n, middle, last, c, columns, right);
    const auto add = [](Vec l, Vec r) HWY_ATTR { return hn::Add(l, r); };
    return transform(columns, sums, add, sums, static_cast<const float*>(right));
  }
  const auto step = [&](const Vec& sum, int64_t row, const Vec& dy, const Vec& x) HWY_ATTR {
    return hn::MulAdd(dy, hn::Mul(x, constant(n.rstd_N[row * n.groups + first])), sum);
  };
  const int64_t stride = n.stride == 0 ? n.groups * n.cols : n.stride;
  const int64_t at = first * n.cols + c;
  sum_columns(n.rows, stride, 0, columns, sums, step, n.dy_NC + at, n.x_NC + at);
}

void rms_norm_backward_columns(const RmsNormBackwardArgs& n, int64_t begin, int64_t end) {
  for (int64_t c = begin; c < end; c += kColumnBlock) {
    const int64_t columns = std::min<int64_t>(end - c, kColumnBlock);
    sum_groups(n, 0, n.groups, c, columns, n.dweight_C + c);
  }
}

void rms_norm_backward_groups(const RmsNormBackwardArgs& n, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const int64_t at = start_of_group(n, i);
    const float* dy = n.dy_NC + at;
    const float* x = n.x_NC + at;
    const float rstd = n.rstd_N[i];
    const auto step = [](const Vec& sum, const Vec& d, const Vec& w, const Vec& v)
                          HWY_ATTR { return hn::MulAdd(hn::Mul(d, w), v, sum); };
    const float dot = row_sum(n.cols, step, dy, n.weight_C, x);
    const Vec shrink = constant(((dot * rstd) * rstd) / static_cast<float>(n.cols));
    const Vec scale = constant(rstd);
    transform(
        n.cols, n.dx_NC + at,
        [=](Vec d, Vec w, Vec v)
            HWY_ATTR { return hn::Mul(hn::NegMulAdd(v, shrink, hn::Mul(d, w)), scale); },
        dy, n.weight_C, x);
  }
}

void layer_norm_rows(const LayerNormArgs& n, int64_t begin, int64_t end) {
  const auto cols = static_cast<float>(n.cols);
  for (int64_t i = begin; i < end; ++i) {
    const float* x = n.x_NC + i * n.cols;
    float* y = n.y_NC + i * n.cols;
    const float total = row_sum(
        n.cols, [](const Vec& sum, const Vec& v) HWY_ATTR { return hn::Add(sum, v); }, x);
    n.mean_N[i] = total / cols;
    const Vec mean = constant(n.mean_N[i]);
    // y holds x - mean in between.
    transform(
        n.cols, y, [=](Vec v) HWY_ATTR { return hn::Sub(v, mean); }, x);
    const float* d = y;
    const float squares = row_sum(
        n.cols, [](const Vec& sum, const Vec& v) HWY_ATTR { return hn::MulAdd(v, v, sum); }, d);
    n.rstd_N[i] = inverse_deviation(squares, n.cols, n.epsilon);
    const Vec rstd = constant(n.rstd_N[i]);
    if (n.bias_C == nullptr) {
      transform(
          n.cols, y, [=](Vec v, Vec w) HWY_ATTR { return hn::Mul(hn::Mul(v, rstd), w); }, d,
          n.weight_C);
    } else {
      transform(
          n.cols, y,
          [=](Vec v, Vec w, Vec b) HWY_ATTR { return hn::MulAdd(hn::Mul(v, rstd), w, b); }, d,
          n.weight_C, n.bias_C);
    }
  }
}

void layer_norm_backward_columns(const LayerNormBackwardArgs& n, int64_t begin, int64_t end) {
  const auto weight = [&](const Vec& sum, int64_t row, const Vec& dy, const Vec& x) HWY_ATTR {
    const Vec h = hn::Mul(hn::Sub(x, constant(n.mean_N[row])), constant(n.rstd_N[row]));
    return hn::MulAdd(dy, h, sum);
  };
  sum_columns(n.rows, n.cols, begin, end, n.dweight_C, weight, n.dy_NC, n.x_NC);
  if (n.dbias_C == nullptr) return;
  const auto bias = [](const Vec& sum, int64_t /*row*/, const Vec& dy)
                        HWY_ATTR { return hn::Add(sum, dy); };
  sum_columns(n.rows, n.cols, begin, end, n.dbias_C, bias, n.dy_NC);
}

void layer_norm_backward_rows(const LayerNormBackwardArgs& n, int64_t begin, int64_t end) {
  const auto cols = static_cast<float>(n.cols);
  for (int64_t i = begin; i < end; ++i) {
    const float* dy = n.dy_NC + i * n.cols;
    const float* x = n.x_NC + i * n.cols;
    const Vec mean = constant(n.mean_N[i]);
    const Vec rstd = constant(n.rstd_N[i]);
    const auto sum_g = [](const Vec& sum, const Vec& d, const Vec& w)
                           HWY_ATTR { return hn::Add(sum, hn::Mul(d, w)); };
    const auto sum_gh = [=](const Vec& sum, const Vec& d, const Vec& w, const Vec& v) HWY_ATTR {
      return hn::MulAdd(hn::Mul(d, w), hn::Mul(hn::Sub(v, mean), rstd), sum);
    };
    const Vec m1 = constant(row_sum(n.cols, sum_g, dy, n.weight_C) / cols);
    const Vec m2 = constant(row_sum(n.cols, sum_gh, dy, n.weight_C, x) / cols);
    transform(
        n.cols, n.dx_NC + i * n.cols,
        [=](Vec d, Vec w, Vec v) HWY_ATTR {
          const Vec h = hn::Mul(hn::Sub(v, mean), rstd);
          return hn::Mul(hn::NegMulAdd(h, m2, hn::Sub(hn::Mul(d, w), m1)), rstd);
        },
        dy, n.weight_C, x);
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(rms_norm_groups);
HWY_EXPORT(rms_norm_backward_columns);
HWY_EXPORT(rms_norm_backward_groups);
HWY_EXPORT(layer_norm_rows);
HWY_EXPORT(layer_norm_backward_columns);
HWY_EXPORT(layer_norm_backward_rows);

constexpr int64_t kColumnGrain = 16;  // a cache line

}  // namespace

void SimdKernels::rms_norm(const RmsNormArgs& args, Parallel& parallel) const {
  parallel.split(args.rows * args.groups, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(rms_norm_groups)(args, begin, end);
  });
}

void SimdKernels::rms_norm_backward(const RmsNormBackwardArgs& args, Parallel& parallel) const {
  parallel.split(args.cols, kColumnGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(rms_norm_backward_columns)(args, begin, end);
  });
  parallel.split(args.rows * args.groups, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(rms_norm_backward_groups)(args, begin, end);
  });
}

void SimdKernels::layer_norm(const LayerNormArgs& args, Parallel& parallel) const {
  parallel.split(args.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(layer_norm_rows)(args, begin, end);
  });
}

void SimdKernels::layer_norm_backward(const LayerNormBackwardArgs& args, Parallel& parallel) const {
  parallel.split(args.cols, kColumnGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(layer_norm_backward_columns)(args, begin, end);
  });
  parallel.split(args.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(layer_norm_backward_rows)(args, begin, end);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
