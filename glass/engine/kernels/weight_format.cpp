#include "glass/engine/kernels/weight_format.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "glass/base/check.h"

namespace glass::engine {
namespace {

constexpr uint32_t kMagnitude = 0x7fffffff;  // all of a float but its sign
constexpr float kLargestHalf = 65504.0F;
constexpr float kHalfOverflow = 65520.0F;      // and above: rounds to infinity
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
    case WeightFormat::kQ8_0: break;
  }
  return "portable-1-q8_0w";
}

uint16_t half_from_float(float value) {
  constexpr float kSmallestNormal = 0x1p-14F;
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000);
  const uint32_t magnitude = bits & kMagnitude;
  const float absolute = std::bit_cast<float>(magnitude);
  if (!(absolute < kHalfOverflow))
    return static_cast<uint16_t>(sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00));
  // Below the normals, halves are the multiples of 2^-24, which is the last place of [0.5, 1).
  if (absolute < kSmallestNormal)
    return static_cast<uint16_t>(
        sign | (std::bit_cast<uint32_t>(absolute + 0.5F) - std::bit_cast<uint32_t>(0.5F)));
  // 13 bits fall away; a carry goes on into the exponent, whose bias is 112 less.
  const uint32_t odd = (magnitude >> 13) & 1;
  return static_cast<uint16_t>(sign | ((magnitude + 0x0fff + odd - (uint32_t{112} << 23)) >> 13));
}

float float_from_half(uint16_t half) {
  const uint32_t sign = uint32_t{half & 0x8000U} << 16;
  const uint32_t magnitude = half & 0x7fffU;
  if (magnitude >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000 | (magnitude << 13));
  // As a float with the exponent of a half; the factor is exact, denormals included.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p+112F;
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(scaled));
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
