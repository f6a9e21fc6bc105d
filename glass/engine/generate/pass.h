// Pass: one run of the decoder's inference graph over the next tokens of some sequences, and the
// cache of keys and values that passes share.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/generate/weights.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/plan/executor.h"

namespace glass::engine {

// Keys and values of every block: [sequences, capacity, 2 n_kv_heads head_dim] each.
class KeyValueCache {
 public:
  KeyValueCache() = default;
  KeyValueCache(const DecoderConfig& config, int64_t sequences, int64_t capacity);

  [[nodiscard]] std::span<float> block(int64_t index) {
    return blocks_[static_cast<size_t>(index)];
  }

  [[nodiscard]] int64_t capacity() const { return capacity_; }

 private:
  int64_t capacity_ = 0;
  std::vector<std::vector<float>> blocks_;
};

// The next tokens of one sequence in a pass: at most the pass's width, none for a sequence that
// waits.
struct Piece {
  std::span<const int32_t> tokens;
  int64_t length = 0;  // positions of the sequence that are in the cache already
};

class Pass {
 public:
  // `shape.capacity` is the cache's. REQUIRES: weights, cache, kernels and parallel outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Pass>> create(
      const DecoderConfig& config, const InferenceShape& shape, const DecoderWeights& weights,
      KeyValueCache& cache, const Kernels& kernels, Parallel& parallel);
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  // REQUIRES: one piece for each sequence; length + width <= capacity.
  [[nodiscard]] Status run(std::span<const Piece> pieces);

  // After a run: the logits after the last token of the sequence's piece, where the shape asks for
  // a row of each sequence; else those of any row.
  [[nodiscard]] Result<std::span<const float>> row(int64_t row) const;

  [[nodiscard]] int64_t width() const { return shape_.positions; }

  // For profiles: what runs, and when each of its nodes has.
  [[nodiscard]] Executor& executor() { return executor_; }

 private:
  Pass(const DecoderConfig& config, const InferenceShape& shape, Executor executor);
  [[nodiscard]] Status bind(const DecoderWeights& weights, KeyValueCache& cache);

  DecoderConfig config_;
  InferenceShape shape_;
  Executor executor_;
  std::vector<int32_t> tokens_, positions_, first_key_, length_, logit_rows_;
};

}  // namespace glass::engine
