// Which layers of a released model have a sliding window: `layer_types`, a list, or the older
// `sliding_window_pattern`, of so many layers the last without.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/decoder/config.h"

namespace glass::engine {

inline constexpr std::string_view kSlidingAttention = "sliding_attention";
inline constexpr std::string_view kFullAttention = "full_attention";

struct LayerWindows {
  bool any = false;    // false: every layer sees everything
  int64_t period = 0;  // DecoderConfig::window_period
};

// `period` where the file says nothing. kInvalidInput for a list that is no such pattern.
[[nodiscard]] Result<LayerWindows> layer_windows(const Json& config, int64_t layers,
                                                 int64_t period);

// The list of a model.
Json layer_types(const DecoderConfig& config);

}  // namespace glass::engine
