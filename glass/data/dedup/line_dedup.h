// LineDeduplicator: of every line that occurs more than once, only the first occurrence stays.
//
// Translated documents repeat what nobody has translated yet; with the original read first, this
// removes the repetitions. Lines are compared exactly, with blanks at both ends left out. The
// result depends on the order of the texts, so the caller fixes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glass::data {

class LineDeduplicator {
 public:
  LineDeduplicator();

  // The lines of `text` not seen before, each with its newline. Lines of blanks alone vanish.
  std::string keep_new_lines(std::string_view text);

  // What keep_new_lines() has left out so far.
  [[nodiscard]] uint64_t dropped_lines() const { return dropped_lines_; }

  [[nodiscard]] uint64_t dropped_bytes() const { return dropped_bytes_; }

 private:
  struct Slot {
    uint64_t hash = 0;
    size_t begin = 0;  // in seen_
    size_t size = 0;   // 0: the slot is free
  };

  bool insert(std::string_view line);
  void grow();

  std::vector<Slot> slots_;  // a power of two, at most half full, linear probing
  size_t used_ = 0;
  std::string seen_;  // the distinct lines, one after the other
  uint64_t dropped_lines_ = 0, dropped_bytes_ = 0;
};

}  // namespace glass::data
