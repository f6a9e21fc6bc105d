#include "glass/base/half.h"

#include <bit>
#include <cstdint>

namespace glass {

uint16_t half_from_float(float value) {
  constexpr float kSmallestNormal = 0x1p-14F;
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000);
  const uint32_t magnitude = bits & uint32_t{0x7fffffff};
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

float float_from_bfloat16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

uint16_t bfloat16_from_float(float value) {
  constexpr uint32_t kQuiet = 0x00400000;
  const auto bits = std::bit_cast<uint32_t>(value);
  if (value != value) return static_cast<uint16_t>((bits | kQuiet) >> 16);
  const uint32_t odd = (bits >> 16) & 1;
  return static_cast<uint16_t>((bits + 0x7fff + odd) >> 16);
}

float nearest_bfloat16(float value) {
  return float_from_bfloat16(bfloat16_from_float(value));
}

}  // namespace glass
