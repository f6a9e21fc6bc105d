#include "glass/engine/generate/pass.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/plan/executor.h"
#include "glass/engine/plan/plan.h"

namespace glass::engine {

KeyValueCache::KeyValueCache(const DecoderConfig& config, int64_t sequences, int64_t capacity)
    : capacity_(capacity),
      blocks_(static_cast<size_t>(config.n_layers),
              std::vector<float>(static_cast<size_t>(sequences * capacity * 2 * config.n_kv_heads *
                                                     config.head_dim))) {}

Pass::Pass(const DecoderConfig& config, const InferenceShape& shape, Executor executor)
    : config_(config),
      shape_(shape),
      executor_(std::move(executor)),
      tokens_(static_cast<size_t>(shape.sequences * shape.positions)),
      positions_(tokens_.size()),
      first_key_(tokens_.size()),
      length_(static_cast<size_t>(shape.sequences)),
      logit_rows_(static_cast<size_t>(shape.rows_with_logits)) {}

Result<std::unique_ptr<Pass>> Pass::create(const DecoderConfig& config, const InferenceShape& shape,
                                           const DecoderWeights& weights, KeyValueCache& cache,
                                           const Kernels& kernels, Parallel& parallel) {
  GLASS_TRY(Graph graph, build_inference_graph(config, shape));
  GLASS_TRY(Plan plan,
            make_plan(std::move(graph), kernels, {.keep = {}, .workers = parallel.workers()}));
  GLASS_TRY(Executor executor, Executor::create(std::move(plan), kernels, parallel));
  std::unique_ptr<Pass> pass(new Pass(config, shape, std::move(executor)));
  GLASS_TRY_STATUS(pass->bind(weights, cache));
  return pass;
}

Status Pass::bind(const DecoderWeights& weights, KeyValueCache& cache) {
  GLASS_TRY_STATUS(weights.bind_to(executor_));
  for (int64_t block = 0; block < config_.n_layers; ++block)
    GLASS_TRY_STATUS(
        executor_.bind_mutable(fmt::format("blocks.{}.attn.cache", block), cache.block(block)));
  const auto bind = [this](const char* name, const std::vector<int32_t>& values) {
    return executor_.bind(name, std::span<const int32_t>(values));
  };
  GLASS_TRY_STATUS(bind("tokens", tokens_));
  GLASS_TRY_STATUS(bind("positions", positions_));
  GLASS_TRY_STATUS(bind("first_key", first_key_));
  GLASS_TRY_STATUS(bind("length", length_));
  if (logit_rows_.empty()) return {};
  return bind("logit_rows", logit_rows_);
}

Status Pass::run(std::span<const Piece> pieces) {
  GLASS_CHECK(std::ssize(pieces) == shape_.sequences);
  for (int64_t sequence = 0; sequence < shape_.sequences; ++sequence) {
    const Piece& piece = pieces[static_cast<size_t>(sequence)];
    GLASS_CHECK(std::ssize(piece.tokens) <= shape_.positions &&
                piece.length + shape_.positions <= shape_.capacity);
    length_[static_cast<size_t>(sequence)] = static_cast<int32_t>(piece.length);
    for (int64_t i = 0; i < shape_.positions; ++i) {
      // Rows behind the piece are padding: they disturb nobody, and the next run overwrites them.
      const auto row = static_cast<size_t>(sequence * shape_.positions + i);
      const bool real = i < std::ssize(piece.tokens);
      tokens_[row] = real ? piece.tokens[static_cast<size_t>(i)] : 0;
      positions_[row] = static_cast<int32_t>(std::min(piece.length + i, config_.context - 1));
    }
    const auto last = std::max<int64_t>(std::ssize(piece.tokens), 1) - 1;
    if (!logit_rows_.empty())
      logit_rows_[static_cast<size_t>(sequence)] =
          static_cast<int32_t>(sequence * shape_.positions + last);
  }
  return executor_.run();
}

Result<std::span<const float>> Pass::row(int64_t row) const {
  GLASS_TRY(const std::span<const float> logits, executor_.read("logits"));
  return logits.subspan(static_cast<size_t>(row * config_.vocabulary),
                        static_cast<size_t>(config_.vocabulary));
}

}  // namespace glass::engine
