// Attention forward: one part per key segment (maximum, sum of exponentials, unnormalised output),
// parts merged in the tree over the segments up to the query's own.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/reference/attention_rows.h"
#include "glass/engine/kernels/reference/reference.h"
#include "glass/engine/kernels/reference/sums.h"
#include "glass/engine/kernels/tree.h"

namespace glass::engine {

SoftmaxScale softmax_scale(float left_max, float right_max) {
  const float max = left_max < right_max ? right_max : left_max;
  return {.max = max, .left = exp(left_max - max), .right = exp(right_max - max)};
}

SoftmaxPart merge_softmax(SoftmaxPart left, SoftmaxPart right) {
  if (std::isinf(left.max)) return right;
  if (std::isinf(right.max)) return left;
  const SoftmaxScale scale = softmax_scale(left.max, right.max);
  return {.max = scale.max, .sum = std::fma(left.sum, scale.left, right.sum * scale.right)};
}

namespace {

// The share of one key segment in one query's output; `out` has head_dim floats elsewhere.
struct Part {
  SoftmaxPart softmax;
  float* out;
};

Part merge(Part left, Part right, int64_t head_dim) {
  if (std::isinf(left.softmax.max)) return right;
  if (std::isinf(right.softmax.max)) return left;
  const SoftmaxScale scale = softmax_scale(left.softmax.max, right.softmax.max);
  for (int64_t d = 0; d < head_dim; ++d)
    left.out[d] = std::fma(left.out[d], scale.left, right.out[d] * scale.right);
  return {.softmax = merge_softmax(left.softmax, right.softmax), .out = left.out};
}

// Writes `out`; `weights` is room for the exponentials of a segment.
Part segment_part(const AttentionArgs& a, QueryRow row, int64_t segment, float* weights,
                  float* out) {
  Part part{.softmax = {.max = -std::numeric_limits<float>::infinity(), .sum = 0.0F}, .out = out};
  const KeyRange keys = visible_keys(a, row, segment);
  for (int64_t j = keys.begin; j < keys.end; ++j) {
    const float score = attention_score(a, row, j);
    weights[j % kSegment] = score;
    if (part.softmax.max < score) part.softmax.max = score;
  }
  for (int64_t j = keys.begin; j < keys.end; ++j)
    weights[j % kSegment] = exp(weights[j % kSegment] - part.softmax.max);
  part.softmax.sum = lane_sum(keys.begin, keys.end,
                              [&](float sum, int64_t j) { return sum + weights[j % kSegment]; });
  const float* v = a.v + v_offset(a, row.batch, kv_head_of(a, row.head), 0);
  for (int64_t d = 0; d < a.head_dim; ++d) {
    float sum = 0.0F;
    for (int64_t j = keys.begin; j < keys.end; ++j)
      sum = std::fma(weights[j % kSegment], v[j * a.v_stride + d], sum);
    out[d] = sum + 0.0F;
  }
  return part;
}

void finish(const AttentionArgs& a, QueryRow row, const Part& root) {
  float* out = a.out + out_offset(a, row);
  const float inverse = 1.0F / root.softmax.sum;
  for (int64_t d = 0; d < a.head_dim; ++d) out[d] = root.out[d] * inverse;
  if (a.log_sum_exp != nullptr)
    a.log_sum_exp[flat_row(a, row)] = root.softmax.max + log(root.softmax.sum);
}

// Per worker: the exponentials of a segment, and one output row per segment.
int64_t scratch_floats(const AttentionArgs& a) {
  return kSegment + segment_count(a.keys, kSegment) * a.head_dim;
}

float* scratch_of(Scratch scratch, int64_t floats, int worker) {
  GLASS_CHECK(std::ssize(scratch) >= (worker + 1) * floats * int64_t{sizeof(float)});
  return reinterpret_cast<float*>(scratch.data()) + worker * floats;
}

}  // namespace

size_t ReferenceKernels::attention_scratch(const AttentionArgs& args, int workers) const {
  return static_cast<size_t>(scratch_floats(args) * workers) * sizeof(float);
}

void ReferenceKernels::attention(const AttentionArgs& a, Scratch scratch,
                                 Parallel& parallel) const {
  parallel.split(row_count(a), 1, [&](int64_t begin, int64_t end, int worker) {
    float* weights = scratch_of(scratch, scratch_floats(a), worker);
    float* outs = weights + kSegment;
    for (int64_t at = begin; at < end; ++at) {
      const QueryRow row = row_at(a, at);
      const Part root = fold_tree(
          0, key_segments(a, row.query),
          [&](int64_t segment) {
            return segment_part(a, row, segment, weights, outs + segment * a.head_dim);
          },
          [&](Part left, Part right) { return merge(left, right, a.head_dim); });
      finish(a, row, root);
    }
  });
}

void ReferenceKernels::attention_partial(const AttentionArgs& a, int64_t segment,
                                         const AttentionPartial& partial, Scratch scratch,
                                         Parallel& parallel) const {
  parallel.split(row_count(a), 1, [&](int64_t begin, int64_t end, int worker) {
    float* weights = scratch_of(scratch, scratch_floats(a), worker);
    for (int64_t at = begin; at < end; ++at) {
      const Part part =
          segment_part(a, row_at(a, at), segment, weights, partial.out + at * a.head_dim);
      partial.max[at] = part.softmax.max;
      partial.sum[at] = part.softmax.sum;
    }
  });
}

void ReferenceKernels::merge_attention(const AttentionArgs& a,
                                       std::span<const AttentionPartial> partials,
                                       Parallel& parallel) const {
  parallel.split(row_count(a), 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t at = begin; at < end; ++at) {
      const QueryRow row = row_at(a, at);
      const Part root = fold_tree(
          0, key_segments(a, row.query),
          [&](int64_t segment) {
            const AttentionPartial& from = partials[static_cast<size_t>(segment)];
            return Part{.softmax = {.max = from.max[at], .sum = from.sum[at]},
                        .out = from.out + at * a.head_dim};
          },
          [&](Part left, Part right) { return merge(left, right, a.head_dim); });
      finish(a, row, root);
    }
  });
}

}  // namespace glass::engine
