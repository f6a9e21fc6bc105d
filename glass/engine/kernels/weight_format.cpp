#include "glass/engine/kernels/weight_format.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "glass/base/check.h"
#include "glass/base/half.h"

namespace glass::engine {
namespace {

constexpr uint32_t kMagnitude = 0x7fffffff;  // all of a float but its sign
constexpr float kLargestHalf = 65504.0F;
constexpr float kLargestInteger = 127.0F;      // of a block
constexpr float kRoundToInteger = 0x1.8p+23F;  // adding and subtracting it rounds |x| < 2^22

// The largest magnitude, over bits, which order as the floats do.
float largest(std::span<const float> weights) {
  uint32_t bits = 0;
  for (const float weight : weights)
    bits = std::max(bits, std::bit_cast<uint32_t>(weight) & kMagnitude);
  return std::bit_cast<float>(bits);
}

// The smallest binary16 that is at least `value`. REQUIRES: 0 <= value <= kLargestHalf.
uint16_t half_at_least(float value) {
  const uint16_t half = half_from_float(value);
  return float_from_half(half) < value ? static_cast<uint16_t>(half + 1) : half;
}

}  // namespace

std::string_view name(WeightFormat format) {
  switch (format) {
    case WeightFormat::kF32: return "f32";
    case WeightFormat::kF16: return "f16";
    case WeightFormat::kBF16: return "bf16";
    case WeightFormat::kQ8_0: break;
  }
  return "q8_0";
}

std::optional<WeightFormat> weight_format(std::string_view name) {
  for (const WeightFormat format : kWeightFormats) {
    if (engine::name(format) == name) return format;
  }
  return std::nullopt;
}

std::string_view numerics_class(WeightFormat format) {
  switch (format) {
    case WeightFormat::kF32: return "portable-1";
    case WeightFormat::kF16: return "portable-1-f16w";
    case WeightFormat::kBF16: return "portable-1-bf16w";
    case WeightFormat::kQ8_0: break;
  }
  return "portable-1-q8_0w";
}

uint16_t quantize_block(std::span<const float> weights, int8_t* integers) {
  GLASS_DCHECK(std::ssize(weights) <= kQuantBlock);
  const uint16_t half = half_at_least(largest(weights) / kLargestInteger);
  const float scale = float_from_half(half);
  if (scale == 0) {
    std::fill_n(integers, weights.size(), int8_t{0});
    return half;
  }
  for (size_t i = 0; i < weights.size(); ++i)
    integers[i] = static_cast<int8_t>((weights[i] / scale + kRoundToInteger) - kRoundToInteger);
  return half;
}

bool fits(WeightFormat format, std::span<const float> weights) {
  switch (format) {
    case WeightFormat::kF32: return true;
    case WeightFormat::kF16: return largest(weights) < kHalfOverflow;
    case WeightFormat::kBF16: return std::isfinite(nearest_bfloat16(largest(weights)));
    case WeightFormat::kQ8_0: break;
  }
  return largest(weights) <= kLargestInteger * kLargestHalf;
}

void round_row(WeightFormat format, std::span<const float> row, float* out) {
  switch (format) {
    case WeightFormat::kF32: std::copy(row.begin(), row.end(), out); return;
    case WeightFormat::kF16:
      for (size_t i = 0; i < row.size(); ++i) out[i] = float_from_half(half_from_float(row[i]));
      return;
    case WeightFormat::kBF16:
      for (size_t i = 0; i < row.size(); ++i) out[i] = nearest_bfloat16(row[i]);
      return;
    case WeightFormat::kQ8_0: break;
  }
  for (size_t begin = 0; begin < row.size(); begin += kQuantBlock) {
    const auto block = row.subspan(begin, std::min<size_t>(kQuantBlock, row.size() - begin));
    int8_t integers[kQuantBlock];
    const float scale = float_from_half(quantize_block(block, integers));
    for (size_t i = 0; i < block.size(); ++i)
      out[begin + i] = static_cast<float>(integers[i]) * scale;
  }
}

}  // namespace glass::engine
