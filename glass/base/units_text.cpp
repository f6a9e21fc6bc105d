#include "glass/base/units_text.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace glass {

std::string bytes_text(uint64_t bytes) {
  static constexpr std::array<std::string_view, 6> kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  uint64_t unit = 1000;
  size_t i = 0;
  const auto tenths = [&] { return (bytes / (unit / 10) + bytes % (unit / 10) / (unit / 20)); };
  // 999,950 B round to 1000.0 kB, which is 1.0 MB.
  while (tenths() >= 10000 && i + 1 < kUnits.size()) unit *= 1000, ++i;
  return fmt::format("{}.{} {}", tenths() / 10, tenths() % 10, kUnits.at(i));
}

std::string duration_text(int64_t milliseconds) {
  const int64_t ms = milliseconds > 0 ? milliseconds : 0;
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (const int64_t tenths = ms / 100 + ms % 100 / 50; tenths < 600) {
    return fmt::format("{}.{} s", tenths / 10, tenths % 10);
  }
  const int64_t seconds = ms / 1000 + ms % 1000 / 500;
  if (seconds < 3600) return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
  const int64_t minutes = (seconds + 30) / 60;
  if (minutes < 24 * 60) return fmt::format("{}h {:02}m", minutes / 60, minutes % 60);
  const int64_t hours = (minutes + 30) / 60;
  return fmt::format("{}d {:02}h", hours / 24, hours % 24);
}

std::string count_text(int64_t count) {
  std::string text = fmt::format("{}", count);
  const size_t first_digit = count < 0 ? 1 : 0;
  for (size_t at = text.size(); at > first_digit + 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string count_text(int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

}  // namespace glass
