// Half: floating-point numbers of 16 bits. Widening is exact.
#pragma once

#include <cstdint>

namespace glass {

// IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction.
float float_from_half(uint16_t half);

// The nearest one, ties to even; infinity from kHalfOverflow on.
inline constexpr float kHalfOverflow = 65520.0F;
uint16_t half_from_float(float value);

// bfloat16: the upper half of a float32.
float float_from_bfloat16(uint16_t bits);

// The nearest one, ties to even; infinity beyond the largest. A NaN stays one, and quiet.
uint16_t bfloat16_from_float(float value);
float nearest_bfloat16(float value);  // the same as a float

}  // namespace glass
