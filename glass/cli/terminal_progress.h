// TerminalProgress: progress as a person wants to see it. On a terminal one line is redrawn; in a
// pipe plain lines come now and then.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "glass/service/progress.h"
#include "glass/system/clock.h"
#include "glass/system/status_line.h"

namespace glass::cli {

class TerminalProgress final : public service::Progress {
 public:
  // `text` is where generated text goes, `status` everything else; either may be a terminal.
  TerminalProgress(std::FILE* text, std::FILE* status, system::Clock& clock);

  void stage(std::string_view name, bool found) override;
  void note(std::string_view line) override;
  void part(std::string_view what, uint64_t done, uint64_t total) override;
  void training(const service::TrainingStatus& status) override;
  void generated(std::string_view text) override;

 private:
  void redraw(const std::string& line);
  void plain(const std::string& line);

  std::FILE* text_;
  std::FILE* status_;
  system::Clock& clock_;
  system::StatusLine line_;
  int64_t last_ms_ = 0;
};

}  // namespace glass::cli
