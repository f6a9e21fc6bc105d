#include "glass/cli/terminal_progress.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "glass/system/clock.h"

namespace glass::cli {
namespace {

class SetClock final : public system::Clock {
 public:
  [[nodiscard]] int64_t unix_ms() const override { return 0; }

  [[nodiscard]] int64_t monotonic_ns() const override { return seconds * 1'000'000'000; }

  int64_t seconds = 0;
};

// What was written to a FILE that is no terminal.
class Pipe {
 public:
  Pipe() : file_(open_memstream(&text_, &size_)) {}

  ~Pipe() {
    std::fclose(file_);
    std::free(text_);
  }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  std::FILE* file() { return file_; }

  std::string text() {
    std::fflush(file_);
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  size_t size_ = 0;
  std::FILE* file_;
};

TEST(TerminalProgress, PipeGetsPlainLinesNowAndThen) {
  Pipe text, status;
  SetClock clock;
  TerminalProgress progress(text.file(), status.file(), clock);
  progress.stage("training", false);
  for (clock.seconds = 1; clock.seconds <= 25; ++clock.seconds)
    progress.training({.step = clock.seconds,
                       .steps = 100,
                       .loss = 2.5,
                       .tokens_per_second = 4321,
                       .mfu = 0.61,
                       .remaining_ms = 75'000});
  const std::string lines = status.text();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);  // the stage, seconds 10 and 20
  EXPECT_NE(lines.find("step 10/100  loss 2.5000  4,321 tokens/s  MFU 0.61  1m 15s left"),
            std::string::npos)
      << lines;
  EXPECT_EQ(lines.find('\x1b'), std::string::npos);
}

TEST(TerminalProgress, GeneratedTextGoesToStandardOutputAlone) {
  Pipe text, status;
  SetClock clock;
  TerminalProgress progress(text.file(), status.file(), clock);
  progress.generated("Größe");
  EXPECT_EQ(text.text(), "Größe");
  EXPECT_EQ(status.text(), "");
}

}  // namespace
}  // namespace glass::cli
