#include "glass/cli/terminal_progress.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/units_text.h"
#include "glass/service/progress.h"
#include "glass/system/clock.h"

namespace glass::cli {
namespace {

constexpr int64_t kPlainMs = 10'000;  // in a pipe: a log somebody may read later
constexpr int kBarCells = 24;

std::string bar(double share) {
  const int full = std::clamp(static_cast<int>(share * kBarCells + 0.5), 0, kBarCells);
  std::string cells;
  for (int i = 0; i < kBarCells; ++i) cells += i < full ? "█" : "░";
  return cells;
}

}  // namespace

TerminalProgress::TerminalProgress(std::FILE* text, std::FILE* status, system::Clock& clock)
    : text_(text), status_(status), clock_(clock), line_(status, clock) {}

void TerminalProgress::plain(const std::string& line) {
  line_.clear();
  std::fputs((line + "\n").c_str(), status_);
  std::fflush(status_);
}

void TerminalProgress::redraw(const std::string& line) {
  if (line_.is_shown()) return line_.show(line);
  const int64_t now_ms = clock_.monotonic_ns() / 1'000'000;
  if (now_ms - last_ms_ < kPlainMs) return;
  last_ms_ = now_ms;
  plain(line);
}

void TerminalProgress::stage(std::string_view name, bool found) {
  plain(fmt::format("{}{}", name, found ? " (found, unchanged)" : ""));
  last_ms_ = clock_.monotonic_ns() / 1'000'000;
}

void TerminalProgress::note(std::string_view line) {
  plain(fmt::format("  {}", line));
}

void TerminalProgress::part(std::string_view what, uint64_t done, uint64_t total) {
  const double share = total == 0 ? 0 : static_cast<double>(done) / static_cast<double>(total);
  redraw(fmt::format("  {} {:3.0f} %  {}", bar(share), share * 100, what));
}

void TerminalProgress::training(const service::TrainingStatus& status) {
  const double share = static_cast<double>(status.step) / static_cast<double>(status.steps);
  const std::string mfu = status.mfu ? fmt::format("  MFU {:.2f}", *status.mfu) : "";
  redraw(fmt::format("  {} step {}/{}  loss {:.4f}  {} tokens/s{}  {} left", bar(share),
                     status.step, status.steps, status.loss,
                     count_text(static_cast<int64_t>(status.tokens_per_second)), mfu,
                     duration_text(status.remaining_ms)));
}

void TerminalProgress::generated(std::string_view text) {
  line_.clear();
  std::fwrite(text.data(), 1, text.size(), text_);
  std::fflush(text_);
}

}  // namespace glass::cli
