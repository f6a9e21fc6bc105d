// The loss of a linear layer followed by softmax cross entropy, and its gradients.
//
// One logit at a time, computed again wherever it is needed: nothing of rows x vocabulary is ever
// held. Scratch: the log-sum-exp of each row, and per worker the gradients of one row or column of
// logits.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/reference/loss_terms.h"
#include "glass/engine/kernels/reference/reference.h"
#include "glass/engine/kernels/reference/softcap.h"
#include "glass/engine/kernels/reference/sums.h"
#include "glass/engine/kernels/tree.h"

namespace glass::engine {

LossTerms loss_terms(const LinearCrossEntropyArgs& args) {
  return {.keep = 1.0F - args.label_smoothing,
          .share = args.label_smoothing / static_cast<float>(args.vocabulary),
          .z_loss = args.z_loss};
}

float LossTerms::loss(float log_sum_exp, float target_logit, float sum) const {
  const float expected = share == 0.0F ? target_logit : std::fma(keep, target_logit, share * sum);
  const float entropy = log_sum_exp - expected;
  return z_loss == 0.0F ? entropy : std::fma(z_loss * log_sum_exp, log_sum_exp, entropy);
}

float LossTerms::factor(float log_sum_exp) const {
  return std::fma(z_loss + z_loss, log_sum_exp, 1.0F);
}

float LossTerms::gradient(float probability, float factor) const {
  return std::fma(probability, factor, -share);
}

namespace {

using Args = LinearCrossEntropyArgs;

float logit(const Args& l, int64_t i, int64_t v) {
  const float* weight_C = l.weight_VC + v * l.cols;
  return capped(product(l.x_NC + i * l.cols, 1, weight_C, 1, l.cols, l.round_weight), l.softcap);
}

SoftmaxPart segment_part(const Args& l, int64_t i, int64_t segment, float* logits) {
  const int64_t begin = segment * kSegment;
  const int64_t end = std::min(l.vocabulary, begin + kSegment);
  float max = -std::numeric_limits<float>::infinity();
  for (int64_t v = begin; v < end; ++v) {
    const float z = logit(l, i, v);
    logits[v - begin] = z;
    if (max < z) max = z;
  }
  const float sum = lane_sum(
      begin, end, [&](float so_far, int64_t v) { return so_far + exp(logits[v - begin] - max); });
  return {.max = max, .sum = sum};
}

float loss_of(const Args& l, int64_t i, float log_sum_exp) {
  const int32_t target = l.target_N[i];
  if (target < 0) return 0.0F;
  const LossTerms terms = loss_terms(l);
  const float sum =
      terms.share == 0.0F
          ? 0.0F
          : row_sum(l.vocabulary, [&](float so_far, int64_t v) { return so_far + logit(l, i, v); });
  return terms.loss(log_sum_exp, logit(l, i, target), sum);
}

void fill_losses(const Args& l, float* log_sum_exp, Parallel& parallel) {
  const int64_t segments = segment_count(l.vocabulary, kSegment);
  parallel.split(l.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    std::array<float, kSegment> logits{};
    for (int64_t i = begin; i < end; ++i) {
      const SoftmaxPart all = fold_tree(
          0, segments, [&](int64_t segment) { return segment_part(l, i, segment, logits.data()); },
          merge_softmax);
      log_sum_exp[i] = all.max + log(all.sum);
      l.loss_N[i] = loss_of(l, i, log_sum_exp[i]);
    }
  });
}

// The gradient of the weighted loss of row i by its logit v before that was capped.
float dlogit(const Args& l, const float* log_sum_exp, int64_t i, int64_t v) {
  if (l.target_N[i] < 0) return 0.0F;
  const LossTerms terms = loss_terms(l);
  const float hit = v == l.target_N[i] ? terms.keep : 0.0F;
  const float z = logit(l, i, v);
  const float p = exp(z - log_sum_exp[i]);
  const float gradient =
      (terms.gradient(p, terms.factor(log_sum_exp[i])) - hit) * cap_slope(z, l.softcap);
  return l.row_weight_N == nullptr ? gradient : gradient * l.row_weight_N[i];
}

int64_t worker_floats(const Args& l) {
  return std::max(l.rows, l.vocabulary);
}

}  // namespace

size_t ReferenceKernels::linear_cross_entropy_scratch(const Args& args, int workers) const {
  return static_cast<size_t>(args.rows + worker_floats(args) * workers) * sizeof(float);
}

void ReferenceKernels::linear_cross_entropy(const Args& l, Scratch scratch,
                                            Parallel& parallel) const {
  GLASS_CHECK(scratch.size() >= linear_cross_entropy_scratch(l, parallel.workers()));
  auto* log_sum_exp = reinterpret_cast<float*>(scratch.data());
  float* gradients = log_sum_exp + l.rows;
  fill_losses(l, log_sum_exp, parallel);
  if (l.dx_NC == nullptr) return;
  parallel.split(l.rows, 1, [&](int64_t begin, int64_t end, int worker) {
    float* dz = gradients + worker * worker_floats(l);
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t v = 0; v < l.vocabulary; ++v) dz[v] = dlogit(l, log_sum_exp, i, v);
      for (int64_t c = 0; c < l.cols; ++c)
        l.dx_NC[i * l.cols + c] =
            product(dz, 1, l.weight_VC + c, l.cols, l.vocabulary, l.round_weight);
    }
  });
  if (l.dweight_VC == nullptr) return;
  parallel.split(l.vocabulary, 1, [&](int64_t begin, int64_t end, int worker) {
    float* dz = gradients + worker * worker_floats(l);
    for (int64_t v = begin; v < end; ++v) {
      for (int64_t i = 0; i < l.rows; ++i) dz[i] = dlogit(l, log_sum_exp, i, v);
      for (int64_t c = 0; c < l.cols; ++c)
        l.dweight_VC[v * l.cols + c] = product(dz, 1, l.x_NC + c, l.cols, l.rows);
    }
  });
}

}  // namespace glass::engine
