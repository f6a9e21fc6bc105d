#include "glass/engine/models/layer_windows.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/hugging_face.h"

namespace glass::engine {
namespace {

bool sees_everything(int64_t layer, int64_t period) {
  return period > 0 && (layer + 1) % period == 0;
}

// The list of a pattern; 0: every layer has a window, 1: none has.
Json types_of(int64_t layers, int64_t period) {
  Json::Array types;
  for (int64_t layer = 0; layer < layers; ++layer)
    types.push_back(sees_everything(layer, period) ? kFullAttention : kSlidingAttention);
  return types;
}

}  // namespace

Result<LayerWindows> layer_windows(const Json& config, int64_t layers, int64_t period) {
  GLASS_TRY(const int64_t pattern, int_or(config, "sliding_window_pattern", period));
  const auto windows = [](int64_t found) {
    return found == 1 ? LayerWindows() : LayerWindows{.any = true, .period = found};
  };
  if (pattern < 1)
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("config.json: sliding_window_pattern is {}; it must be at least 1", pattern));
  const Json* types = config.find("layer_types");
  if (types == nullptr || types->is_null() || *types == types_of(layers, pattern))
    return windows(pattern);
  for (int64_t other = 0; other <= layers; ++other) {
    if (*types == types_of(layers, other)) return windows(other);
  }
  return fail(
      ErrorCode::kInvalidInput,
      fmt::format("config.json: layer_types is {}; supported are lists of {} in which every "
                  "n-th is '{}' and the others are '{}'",
                  to_canonical(*types), layers, kFullAttention, kSlidingAttention));
}

Json layer_types(const DecoderConfig& config) {
  return types_of(config.n_layers, config.window == 0 ? 1 : config.window_period);
}

}  // namespace glass::engine
