// Softmax cross entropy of rows of logits. Compiled once per target of targets.h.
//
// Along a row, vectors are the 16 virtual lanes of the row rule. Across rows, the parts of the
// segments are merged with one row per lane, so that the few exponentials of a row's tree cost a
// vector's lane each.

// The toggle guard of Highway: open once for each target.
#if defined(GLASS_ENGINE_KERNELS_SIMD_LINEAR_CROSS_ENTROPY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GLASS_ENGINE_KERNELS_SIMD_LINEAR_CROSS_ENTROPY_INL_H_
#undef GLASS_ENGINE_KERNELS_SIMD_LINEAR_CROSS_ENTROPY_INL_H_
#else
#define GLASS_ENGINE_KERNELS_SIMD_LINEAR_CROSS_ENTROPY_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/simd/gemm_merge.h"
#include "glass/engine/kernels/simd/lanes-inl.h"
#include "glass/engine/kernels/simd/linear_cross_entropy.h"
#include "glass/engine/kernels/simd/math-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

HWY_INLINE float max_of(const float* z, int64_t count) {
  const Tag d;
  float max = z[0];
  int64_t i = 0;
  if (count >= 4 * kLanes) {
    Vec most[4];
    GLASS_UNROLL
    for (int u = 0; u < 4; ++u) most[u] = hn::LoadU(d, z + u * kLanes);
    for (i = 4 * kLanes; i + 4 * kLanes <= count; i += 4 * kLanes) {
      GLASS_UNROLL
      for (int u = 0; u < 4; ++u) most[u] = hn::Max(most[u], hn::LoadU(d, z + i + u * kLanes));
    }
    const Vec all = hn::Max(hn::Max(most[0], most[1]), hn::Max(most[2], most[3]));
    max = hn::GetLane(hn::MaxOfLanes(d, all));
  }
  for (; i < count; ++i) max = std::max(max, z[i]);
  return max;
}

// Sum of exp(z - max) over a segment, by the row rule.
HWY_INLINE float sum_of_exp(const float* z, int64_t count, float max) {
  const Tag d;
  const Vec shift = hn::Set(d, max);
  RowLanes lanes;
  clear_lanes(lanes);
  int64_t i = 0;
  for (; i + kRowLanes <= count; i += kRowLanes) {
    GLASS_UNROLL
    for (int v = 0; v < kRowVectors; ++v) {
      const Vec e = exp(hn::Sub(hn::LoadU(d, z + i + v * kLanes), shift));
      lanes[v] = hn::Add(lanes[v], e);
    }
  }
  for (int v = 0; v < kRowVectors && i < count; ++v, i += kLanes) {
    const int64_t part = std::min<int64_t>(count - i, kLanes);
    const Vec e = exp(hn::Sub(load_part(z + i, part), shift));
    const auto valid = hn::FirstN(d, static_cast<size_t>(part));
    lanes[v] = hn::Add(lanes[v], hn::IfThenElseZero(valid, e));
  }
  return fold_lanes(lanes);
}

// The parts of a softmax of kLanes rows, one row per lane.
struct RowParts {
  Vec max, sum;
};

HWY_INLINE RowParts merge_parts(const RowParts& left, const RowParts& right) {
  const Vec max = hn::Max(left.max, right.max);
  const Vec scale_left = exp(hn::Sub(left.max, max));
  const Vec scale_right = exp(hn::Sub(right.max, max));
  return {max, hn::MulAdd(left.sum, scale_left, hn::Mul(right.sum, scale_right))};
}

HWY_INLINE RowParts segment_parts(const LossRows& l, int64_t row, int64_t rows, int64_t segment) {
  alignas(64) float max[kLanes] = {};
  alignas(64) float sum[kLanes];
  std::fill_n(sum, kLanes, 1.0F);
  const int64_t begin = segment * kSegment;
  const int64_t count = std::min(kSegment, l.vocabulary - begin);
  for (int64_t r = 0; r < rows; ++r) {
    const float* z = l.logits + (row + r) * l.stride + begin;
    max[r] = max_of(z, count);
    sum[r] = sum_of_exp(z, count, max[r]);
  }
  return {hn::Load(Tag(), max), hn::Load(Tag(), sum)};
}

// log(sum(exp(z))) of `rows` <= kLanes rows.
HWY_INLINE Vec log_sum_exp(const LossRows& l, int64_t row, int64_t rows) {
  constexpr int kMaxSlots = 64;
  alignas(64) float max[kMaxSlots][kLanes];
  alignas(64) float sum[kMaxSlots][kLanes];
  const Tag d;
  const int64_t segments = segment_count(l.vocabulary, kSegment);
  for (int64_t segment = 0; segment < segments; ++segment) {
    const Merge node = merge_of(segment, segments, 1);
    RowParts parts = segment_parts(l, row, rows, segment);
    for (int s = node.slot; s > node.slot - node.merges; --s)
      parts = merge_parts({hn::Load(d, max[s - 1]), hn::Load(d, sum[s - 1])}, parts);
    hn::Store(parts.max, d, max[node.slot - node.merges]);
    hn::Store(parts.sum, d, sum[node.slot - node.merges]);
  }
  return hn::Add(hn::Load(d, max[0]), log(hn::Load(d, sum[0])));
}

// Logits become the gradients of the loss by the logits.
HWY_INLINE void differentiate(const LossRows& l, float* z, float log_sum_exp, int32_t target) {
  const Vec shift = constant(log_sum_exp), factor = constant(l.terms.factor(log_sum_exp));
  const Vec share = constant(l.terms.share);
  const auto gradient = [&](Vec value) HWY_ATTR {
    return hn::MulSub(exp(hn::Sub(value, shift)), factor, share);
  };
  transform(l.vocabulary, z, gradient, z);
  z[target] = z[target] - l.terms.keep;
}

// The same by the logits before they were capped.
HWY_INLINE void differentiate_capped(const LossRows& l, float* z, float log_sum_exp,
                                     int32_t target) {
  const float cap = l.softcap, factor = l.terms.factor(log_sum_exp);
  const Vec shift = constant(log_sum_exp), factor_v = constant(factor);
  const Vec share = constant(l.terms.share), cap_v = constant(cap);
  const float t = z[target] / cap;
  const float p = engine::exp(z[target] - log_sum_exp);
  const float of_target = (l.terms.gradient(p, factor) - l.terms.keep) * std::fma(-t, t, 1.0F);
  const auto gradient = [&](Vec value) HWY_ATTR {
    const Vec plain = hn::MulSub(exp(hn::Sub(value, shift)), factor_v, share);
    return hn::Mul(plain, cap_slope(value, cap_v));
  };
  transform(l.vocabulary, z, gradient, z);
  z[target] = of_target;
}

HWY_INLINE float sum_of_row(const float* z, int64_t count) {
  return row_sum(
      count, [](const Vec& sum, const Vec& value) HWY_ATTR { return hn::Add(sum, value); }, z);
}

HWY_INLINE void cap_row(float* z, int64_t count, float cap) {
  const Vec cap_v = constant(cap);
  transform(
      count, z, [&](Vec value) HWY_ATTR { return capped(value, cap_v); }, z);
}

HWY_INLINE void scale_row(float* z, int64_t count, float weight) {
  const Vec weight_v = constant(weight);
  transform(
      count, z, [&](Vec value) HWY_ATTR { return hn::Mul(value, weight_v); }, z);
}

void loss_of_rows(const LossRows& l, int64_t begin, int64_t end) {
  alignas(64) float lse[kLanes];
  for (int64_t row = begin; row < end; row += kLanes) {
    const int64_t rows = std::min<int64_t>(kLanes, end - row);
    for (int64_t r = 0; l.softcap != 0 && r < rows; ++r)
      cap_row(l.logits + (row + r) * l.stride, l.vocabulary, l.softcap);
    hn::Store(log_sum_exp(l, row, rows), Tag(), lse);
    for (int64_t r = 0; r < rows; ++r) {
      const int32_t target = l.target[row + r];
      float* z = l.logits + (row + r) * l.stride;
      if (target < 0) {
        l.loss[row + r] = 0.0F;
        if (l.gradients) std::fill_n(z, l.vocabulary, 0.0F);
        continue;
      }
      const float sum = l.terms.share == 0 ? 0.0F : sum_of_row(z, l.vocabulary);
      l.loss[row + r] = l.terms.loss(lse[r], z[target], sum);
      if (!l.gradients) continue;
      if (l.softcap == 0)
        differentiate(l, z, lse[r], target);
      else
        differentiate_capped(l, z, lse[r], target);
      if (l.row_weight != nullptr) scale_row(z, l.vocabulary, l.row_weight[row + r]);
    }
  }
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
