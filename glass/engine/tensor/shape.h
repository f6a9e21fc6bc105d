// Shape: the extent of each dimension of a tensor, outermost first.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "glass/base/result.h"

namespace glass::engine {

using Shape = std::vector<int64_t>;

// The number of elements, 1 for a scalar. Refuses a negative extent and a product beyond int64.
[[nodiscard]] Result<int64_t> element_count(std::span<const int64_t> extents);

// "[4096, 256]"
std::string to_text(std::span<const int64_t> extents);

}  // namespace glass::engine
