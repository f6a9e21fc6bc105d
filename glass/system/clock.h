// Clock: the only door to time. Results never depend on it; logs and progress displays do.
#pragma once

#include <cstdint>

namespace glass::system {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual int64_t unix_ms() const = 0;       // UTC, for people
  [[nodiscard]] virtual int64_t monotonic_ns() const = 0;  // never goes back, for durations
};

Clock& posix_clock();

}  // namespace glass::system
