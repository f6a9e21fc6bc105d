#include "glass/system/status_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include <fmt/core.h>

#include "glass/system/clock.h"

namespace glass::system {
namespace {

constexpr int64_t kRedrawMs = 100;  // smooth enough, and cheap

size_t terminal_columns(std::FILE* file) {
  winsize size{};
  if (::ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// At most `columns` characters, cut between characters; a line that wraps cannot be redrawn.
std::string_view cut(std::string_view line, size_t columns) {
  size_t bytes = 0;
  for (size_t characters = 0; bytes < line.size() && characters < columns; ++characters) {
    ++bytes;
    while (bytes < line.size() && (static_cast<unsigned char>(line[bytes]) & 0xC0) == 0x80) ++bytes;
  }
  return line.substr(0, bytes);
}

}  // namespace

StatusLine::StatusLine(std::FILE* file, Clock& clock)
    : file_(file), clock_(clock), is_terminal_(::isatty(fileno(file)) == 1), last_ms_(-kRedrawMs) {}

StatusLine::~StatusLine() {
  clear();
}

void StatusLine::show(std::string_view text) {
  if (!is_terminal_) return;
  const int64_t now_ms = clock_.monotonic_ns() / 1'000'000;
  if (now_ms - last_ms_ < kRedrawMs) return;
  last_ms_ = now_ms;
  fmt::print(file_, "\r{}\x1b[K", cut(text, terminal_columns(file_) - 1));
  std::fflush(file_);
  is_open_ = true;
}

void StatusLine::clear() {
  if (!is_open_) return;
  std::fputs("\r\x1b[K", file_);
  std::fflush(file_);
  is_open_ = false;
}

}  // namespace glass::system
