#include "glass/base/time_text.h"

#include <chrono>
#include <cstdint>
#include <string>

#include <fmt/core.h>

#include "glass/base/check.h"

namespace glass {

std::string time_text(int64_t unix_ms) {
  constexpr int64_t kYear0 = -62167219200000, kYear10000 = 253402300800000;
  GLASS_CHECK(unix_ms >= kYear0 && unix_ms < kYear10000);
  const std::chrono::sys_time<std::chrono::milliseconds> instant{
      std::chrono::milliseconds(unix_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{instant - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

}  // namespace glass
