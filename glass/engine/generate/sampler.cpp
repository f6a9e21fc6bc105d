#include "glass/engine/generate/sampler.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/philox.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/math.h"

namespace glass::engine {
namespace {

using Candidate = std::pair<float, int32_t>;

// The heavier one first; of equals the lower id, so that the order is one and the same everywhere.
bool before(const Candidate& a, const Candidate& b) {
  return a.first != b.first ? a.first > b.first : a.second < b.second;
}

}  // namespace

Status check(const SamplingSettings& settings) {
  if (!(settings.temperature >= 0) || std::isinf(settings.temperature))
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the temperature is {}; it must be 0 or more", settings.temperature));
  if (!(settings.top_p > 0 && settings.top_p <= 1))
    return fail(ErrorCode::kInvalidInput,
                fmt::format("top-p is {}; it must be above 0 and at most 1", settings.top_p));
  if (settings.top_k < 0)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("top-k is {}; it must be 0 or more", settings.top_k));
  return {};
}

Sampler::Sampler(const SamplingSettings& settings, int64_t vocabulary)
    : settings_(settings), vocabulary_(static_cast<size_t>(vocabulary)) {
  candidates_.reserve(vocabulary_);
}

int32_t Sampler::sample(std::span<const float> logits, uint64_t stream, uint64_t index) {
  GLASS_CHECK(logits.size() >= vocabulary_);
  logits = logits.first(vocabulary_);
  const auto top = std::ranges::max_element(logits);  // the first of equals
  if (settings_.temperature == 0) return static_cast<int32_t>(top - logits.begin());

  const auto inverse = static_cast<float>(1.0 / settings_.temperature);
  candidates_.clear();
  double total = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    const float weight = exp((logits[i] - *top) * inverse);
    candidates_.emplace_back(weight, static_cast<int32_t>(i));
    total += static_cast<double>(weight);
  }
  if (settings_.top_k > 0 || settings_.top_p < 1) {
    std::ranges::sort(candidates_, before);
    size_t kept = candidates_.size();
    if (settings_.top_k > 0) kept = std::min(kept, static_cast<size_t>(settings_.top_k));
    double reached = 0;
    size_t i = 0;
    while (i < kept && (i == 0 || reached < settings_.top_p * total))
      reached += static_cast<double>(candidates_[i++].first);
    candidates_.resize(i);
    total = reached;
  }
  const double drawn =
      static_cast<double>(random_unit(settings_.seed, Purpose::kSampling, stream, index)) * total;
  double reached = 0;
  for (const auto& [weight, token] : candidates_) {
    reached += static_cast<double>(weight);
    if (drawn < reached) return token;
  }
  return candidates_.back().second;  // rounding left a gap at the very end
}

}  // namespace glass::engine
