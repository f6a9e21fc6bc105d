#include "glass/engine/kernels/routing.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/reference/sums.h"

namespace glass::engine {
namespace {

void softmax(const float* logits, int64_t count, float* probability) {
  float max = logits[0];
  for (int64_t e = 1; e < count; ++e) max = std::max(max, logits[e]);
  for (int64_t e = 0; e < count; ++e) probability[e] = exp(logits[e] - max);
  const float sum =
      row_sum(count, [&](float so_far, int64_t e) { return so_far + probability[e]; });
  for (int64_t e = 0; e < count; ++e) probability[e] = probability[e] / sum;
}

// Always `chosen` different experts, even of logits that are no numbers.
void choose(const float* logits, int64_t count, int64_t chosen, int32_t* expert) {
  for (int64_t k = 0; k < chosen; ++k) {
    int64_t best = -1;
    for (int64_t e = 0; e < count; ++e) {
      if (std::find(expert, expert + k, static_cast<int32_t>(e)) != expert + k) continue;
      if (best < 0 || logits[e] > logits[best]) best = e;
    }
    expert[k] = static_cast<int32_t>(best);
  }
}

// The sum of the probabilities of a row's experts.
float chosen_sum(const float* probability, const int32_t* expert, int64_t chosen) {
  return segmented_chain(chosen,
                         [&](float sum, int64_t k) { return sum + probability[expert[k]]; });
}

void weigh(const float* probability, const int32_t* expert, int64_t chosen, bool normalize,
           float* weight) {
  const float sum = normalize ? chosen_sum(probability, expert, chosen) : 1.0F;
  for (int64_t k = 0; k < chosen; ++k)
    weight[k] = normalize ? probability[expert[k]] / sum : probability[expert[k]];
}

// A counting sort: stable, so that the rows of an expert stay in their order.
void group(const RouteArgs& r) {
  const int64_t assignments = r.rows * r.chosen;
  std::fill_n(r.begin_E1, r.experts + 1, 0);
  for (int64_t i = 0; i < assignments; ++i) ++r.begin_E1[r.expert_NK[i] + 1];
  for (int64_t e = 0; e < r.experts; ++e) r.begin_E1[e + 1] += r.begin_E1[e];
  for (int64_t i = 0; i < assignments; ++i) {
    const int32_t place = r.begin_E1[r.expert_NK[i]]++;
    r.token_R[place] = static_cast<int32_t>(i / r.chosen);
    r.place_NK[i] = place;
  }
  for (int64_t e = r.experts; e > 0; --e) r.begin_E1[e] = r.begin_E1[e - 1];
  r.begin_E1[0] = 0;
}

}  // namespace

void route(const RouteArgs& r, Parallel& parallel) {
  parallel.split(r.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) {
      const float* logits = r.logits_NE + i * r.experts;
      float* probability = r.probability_NE + i * r.experts;
      int32_t* expert = r.expert_NK + i * r.chosen;
      softmax(logits, r.experts, probability);
      choose(logits, r.experts, r.chosen, expert);
      weigh(probability, expert, r.chosen, r.normalize, r.weight_NK + i * r.chosen);
    }
  });
  group(r);
}

namespace {

// What the gradient of every probability of expert e has from balancing, but for the number of the
// expert's rows.
float balance_factor(const RouteBackwardArgs& r) {
  if (r.balance == 0) return 0.0F;
  int64_t targets = 0;
  for (int64_t i = 0; i < r.rows; ++i) targets += r.target_N[i] >= 0 ? 1 : 0;
  const auto rows = static_cast<double>(r.rows);
  return static_cast<float>(r.balance * static_cast<double>(targets) *
                            static_cast<double>(r.experts) / (rows * rows));
}

void row_backward(const RouteBackwardArgs& r, int64_t i, float factor) {
  const float* probability = r.probability_NE + i * r.experts;
  const float* weight = r.weight_NK + i * r.chosen;
  const float* dweight = r.dweight_NK + i * r.chosen;
  const int32_t* expert = r.expert_NK + i * r.chosen;
  float* dlogits = r.dlogits_NE + i * r.experts;  // first the gradients of the probabilities
  for (int64_t e = 0; e < r.experts; ++e)
    dlogits[e] = factor * static_cast<float>(r.begin_E1[e + 1] - r.begin_E1[e]);
  float mean = 0.0F, sum = 1.0F;
  if (r.normalize) {
    sum = chosen_sum(probability, expert, r.chosen);
    mean = segmented_chain(
        r.chosen, [&](float so_far, int64_t k) { return std::fma(dweight[k], weight[k], so_far); });
  }
  for (int64_t k = 0; k < r.chosen; ++k) {
    float& slot = dlogits[expert[k]];
    slot = slot + (r.normalize ? (dweight[k] - mean) / sum : dweight[k]);
  }
  const float dot = row_sum(r.experts, [&](float so_far, int64_t e) {
    return std::fma(probability[e], dlogits[e], so_far);
  });
  for (int64_t e = 0; e < r.experts; ++e) dlogits[e] = probability[e] * (dlogits[e] - dot);
}

}  // namespace

void route_backward(const RouteBackwardArgs& r, Parallel& parallel) {
  const float factor = balance_factor(r);
  parallel.split(r.rows, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t i = begin; i < end; ++i) row_backward(r, i, factor);
  });
}

}  // namespace glass::engine
