// StatusLine: how far something is, in one line of a terminal that is drawn over; nothing at all
// where there is no terminal.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string_view>

#include "glass/system/clock.h"

namespace glass::system {

class StatusLine {
 public:
  // `file` outlives it.
  StatusLine(std::FILE* file, Clock& clock);
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  [[nodiscard]] bool is_shown() const { return is_terminal_; }

  // Instead of the text before; cut to the width of the terminal. What follows sooner than a tenth
  // of a second is left out. REQUIRES: UTF-8 without control characters.
  void show(std::string_view text);

  // Before anything else is written to the terminal; the destructor does it, too.
  void clear();

 private:
  std::FILE* file_;
  Clock& clock_;
  bool is_terminal_;
  bool is_open_ = false;
  int64_t last_ms_;
};

}  // namespace glass::system
