#include <chrono>
#include <cstdint>

#include "glass/system/clock.h"

namespace glass::system {

namespace {

class PosixClock final : public Clock {
 public:
  [[nodiscard]] int64_t unix_ms() const override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  }

  [[nodiscard]] int64_t monotonic_ns() const override {
    const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since_boot).count();
  }
};

}  // namespace

Clock& posix_clock() {
  static PosixClock clock;
  return clock;
}

}  // namespace glass::system
