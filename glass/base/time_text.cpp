#include "glass/base/time_text.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/ascii.h"
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

bool is_date(std::string_view text) {
  return first_second_of(text).has_value();
}

std::string date_text(int64_t unix_seconds) {
  return time_text(unix_seconds * 1000).substr(0, 10);
}

std::optional<int64_t> first_second_of(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7 ? text[i] != '-' : !is_digit(text[i])) return std::nullopt;
  }
  const auto number = [&](size_t at, size_t count) {
    int value = 0;
    for (const char digit : text.substr(at, count)) value = 10 * value + (digit - '0');
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::sys_days(day)).time_since_epoch().count();
}

}  // namespace glass
