// The three sums of numerics class portable-1, each exactly as docs/reference/numerics.md says.
//
// A `chain` is a callable float(float sum, int64_t i) that adds term i: sum + x or fma(x, y, sum).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "glass/base/half.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/tree.h"

namespace glass::engine {

inline constexpr int64_t kLanes = 16;

inline float plus(float left, float right) {
  return left + right;
}

// One chain per segment, segments in the tree: products (terms along k), sums over rows.
// No terms: +0.
template <typename Chain>
float segmented_chain(int64_t count, const Chain& chain) {
  if (count == 0) return 0.0F;
  const auto segment = [&](int64_t index) {
    float sum = 0.0F;
    const int64_t end = std::min(count, (index + 1) * kSegment);
    for (int64_t i = index * kSegment; i < end; ++i) sum = chain(sum, i);
    return sum;
  };
  return fold_tree(0, segment_count(count, kSegment), segment, plus);
}

// The terms [begin, end) of one segment in 16 virtual lanes by index modulo 16, lanes in the tree.
// Adding +0 at the end makes a -0 of underflowed products into +0, so that padding is exact.
template <typename Chain>
float lane_sum(int64_t begin, int64_t end, const Chain& chain) {
  std::array<float, kLanes> lanes{};
  for (int64_t i = begin; i < end; ++i) {
    float& lane = lanes[static_cast<size_t>(i % kLanes)];
    lane = chain(lane, i);
  }
  const auto lane = [&](int64_t index) { return lanes[static_cast<size_t>(index)]; };
  return fold_tree(0, kLanes, lane, plus) + 0.0F;
}

// The row rule R: lanes inside segments, segments in the tree. No terms: +0.
template <typename Chain>
float row_sum(int64_t count, const Chain& chain) {
  if (count == 0) return 0.0F;
  const auto segment = [&](int64_t index) {
    return lane_sum(index * kSegment, std::min(count, (index + 1) * kSegment), chain);
  };
  return fold_tree(0, segment_count(count, kSegment), segment, plus);
}

// The product of two vectors whose elements lie `step` floats apart. `round_b`: the numbers of the
// second are the nearest ones of bfloat16.
inline float product(const float* a, int64_t a_step, const float* b, int64_t b_step, int64_t count,
                     bool round_b = false) {
  return segmented_chain(count, [&](float sum, int64_t i) {
    const float factor = b[i * b_step];
    return std::fma(a[i * a_step], round_b ? nearest_bfloat16(factor) : factor, sum);
  });
}

// Maximum and sum of exponentials (of what lies below the maximum) of some of the terms of a
// softmax. A part without terms has the maximum -infinity and the sum 0.
struct SoftmaxPart {
  float max;
  float sum;
};

// The factors that bring two parts, both with terms, to their common maximum.
struct SoftmaxScale {
  float max, left, right;
};

SoftmaxScale softmax_scale(float left_max, float right_max);

// A node of the tree over segments of a softmax.
SoftmaxPart merge_softmax(SoftmaxPart left, SoftmaxPart right);

}  // namespace glass::engine
