// Spans of time in milliseconds. A day has 24 hours: deadlines of this room are counted from an
// instant, not from midnight.
#pragma once

#include <cstdint>

#include "glass/base/days.h"  // IWYU pragma: export

namespace glass::institution {

inline constexpr int64_t kHourMs = 3'600'000;

}  // namespace glass::institution
