#include "glass/system/status_line.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "glass/system/clock.h"

namespace glass::system {
namespace {

class StillClock final : public Clock {
 public:
  [[nodiscard]] int64_t unix_ms() const override { return 0; }

  [[nodiscard]] int64_t monotonic_ns() const override { return ms * 1'000'000; }

  int64_t ms = 0;
};

// A terminal of 12 columns, and what was drawn on it.
class Terminal {
 public:
  Terminal() : outside_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    EXPECT_EQ(::grantpt(outside_), 0);
    EXPECT_EQ(::unlockpt(outside_), 0);
    winsize size{};
    size.ws_col = 12;
    size.ws_row = 2;
    EXPECT_EQ(::ioctl(outside_, TIOCSWINSZ, &size), 0);
    inside_ = std::fopen(::ptsname(outside_), "w");
  }

  ~Terminal() {
    std::fclose(inside_);
    ::close(outside_);
  }

  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  std::FILE* file() { return inside_; }

  std::string drawn() const {
    std::array<char, 1024> buffer;
    const ssize_t count = ::read(outside_, buffer.data(), buffer.size());
    return {buffer.data(), static_cast<size_t>(count)};
  }

 private:
  int outside_;
  std::FILE* inside_ = nullptr;
};

TEST(StatusLine, IsDrawnOverCutAndTakenAway) {
  Terminal terminal;
  StillClock clock;
  {
    StatusLine line(terminal.file(), clock);
    EXPECT_TRUE(line.is_shown());
    line.show("first");
    clock.ms += 99;
    line.show("too soon");
    clock.ms += 1;
    line.show("äöü ist länger als zwölf");
  }
  EXPECT_EQ(terminal.drawn(), "\rfirst\x1b[K\räöü ist län\x1b[K\r\x1b[K");
}

TEST(StatusLine, IsNothingWhereThereIsNoTerminal) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* const pipe = ::open_memstream(&text, &size);
  StillClock clock;
  {
    StatusLine line(pipe, clock);
    EXPECT_FALSE(line.is_shown());
    line.show("first");
  }
  std::fclose(pipe);
  EXPECT_EQ(std::string(text, size), "");
  std::free(text);
}

}  // namespace
}  // namespace glass::system
