// Compute: how many floating-point operations made a model, as whole numbers of 128 bits. Levels
// change at exact borders, so nothing here is rounded.
//
//   99900000000000000000000   as digits
//   1e23, 3.5e24              what people write; exact, too
#pragma once

#include <string>
#include <string_view>

#include "glass/base/result.h"

namespace glass::institution {

__extension__ using Flops = unsigned __int128;

inline constexpr Flops kLargestFlops = ~Flops{0};  // about 3.4e38

// 10^exponent. REQUIRES: exponent <= 38.
constexpr Flops ten_to(int exponent) {
  Flops power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// Digits, or the form with an exponent where that is shorter: one text for each number.
std::string flops_text(Flops flops);

// kInvalidInput if it has another form, is not whole or is too large.
[[nodiscard]] Result<Flops> parse_flops(std::string_view text);

// What counts for the level of a model: its own training, all of its base model's even if only a
// part is tuned, and the generation of synthetic data. kInvalidInput if the sum is too large to be
// counted.
[[nodiscard]] Result<Flops> cumulative_compute(Flops own, Flops base, Flops synthetic);

}  // namespace glass::institution
