// What the experts of a row gave, summed in the order of their rank, and its gradients.
#include <cstdint>

#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/combine.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/math-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

void combine_rows(const CombineArgs& a, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const int32_t* place = a.place_NK + i * a.chosen;
    const float* weight = a.weight_NK == nullptr ? nullptr : a.weight_NK + i * a.chosen;
    for_each_vector(a.cols, [&](int64_t c, auto at) HWY_ATTR {
      Vec sum = hn::Zero(Tag());
      for (int64_t k = 0; k < a.chosen; ++k) {
        const Vec y = at.load(a.y_RC + place[k] * a.cols + c);
        sum = weight == nullptr ? hn::Add(sum, y) : hn::MulAdd(constant(weight[k]), y, sum);
      }
      if (a.residual_NC != nullptr) sum = hn::Add(sum, at.load(a.residual_NC + i * a.cols + c));
      at.store(sum, a.out_NC + i * a.cols + c);
    });
  }
}

void combine_backward_rows(const CombineBackwardArgs& a, int64_t begin, int64_t end) {
  const auto dot = [](const Vec& sum, const Vec& x, const Vec& y)
                       HWY_ATTR { return hn::MulAdd(x, y, sum); };
  for (int64_t i = begin; i < end; ++i) {
    const float* dout = a.dout_NC + i * a.cols;
    for (int64_t k = i * a.chosen; k < (i + 1) * a.chosen; ++k) {
      const int64_t place = a.place_NK[k] * a.cols;
      const Vec weight = constant(a.weight_NK[k]);
      a.dweight_NK[k] = row_sum(a.cols, dot, dout, a.y_RC + place);
      transform(
          a.cols, a.dy_RC + place, [&](Vec d) HWY_ATTR { return hn::Mul(weight, d); }, dout);
    }
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(combine_rows);
HWY_EXPORT(combine_backward_rows);

}  // namespace

void SimdKernels::combine(const CombineArgs& args, Parallel& parallel) const {
  parallel.split(args.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(combine_rows)(args, begin, end);
  });
}

void SimdKernels::combine_backward(const CombineBackwardArgs& args, Parallel& parallel) const {
  parallel.split(args.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(combine_backward_rows)(args, begin, end);
  });
}

}  // namespace glass::engine

#endif  // HWY_ONCE
