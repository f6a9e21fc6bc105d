// Sampler: one token from the logits of a position, as a pure function of logits, settings, stream
// and index. The same seed gives the same token, whatever else is computed beside it.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "glass/base/result.h"

namespace glass::engine {

struct SamplingSettings {
  double temperature = 1.0;  // 0: always the likeliest token, of equals the one with the lower id
  double top_p = 1.0;        // only the likeliest tokens whose probabilities together reach this
  int64_t top_k = 0;         // only so many of the likeliest; 0: all
  uint64_t seed = 0;
};

// kInvalidInput names the setting that is out of range.
[[nodiscard]] Status check(const SamplingSettings& settings);

class Sampler {
 public:
  // Tokens with ids of `vocabulary` on are never taken: a model may have more rows than its
  // tokenizer has tokens. REQUIRES: check(settings), vocabulary >= 1.
  Sampler(const SamplingSettings& settings, int64_t vocabulary);

  // REQUIRES: at least `vocabulary` logits. `stream` and `index` say which draw it is.
  [[nodiscard]] int32_t sample(std::span<const float> logits, uint64_t stream, uint64_t index);

 private:
  SamplingSettings settings_;
  size_t vocabulary_;
  std::vector<std::pair<float, int32_t>> candidates_;  // weight, token
};

}  // namespace glass::engine
