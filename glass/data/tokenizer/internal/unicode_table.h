// The code points that decide where words end: \p{L}, \p{N} and White_Space, as sorted ranges.
#pragma once

#include <span>
#include <string_view>

namespace glass::data {

struct CodePointRange {
  char32_t first, last;  // both inclusive
};

std::span<const CodePointRange> letter_ranges();
std::span<const CodePointRange> number_ranges();
std::span<const CodePointRange> space_ranges();

}  // namespace glass::data
