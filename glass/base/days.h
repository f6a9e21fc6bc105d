// Days: how long one is, in the milliseconds that times are counted in.
#pragma once

#include <cstdint>

namespace glass {

inline constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;

}  // namespace glass
