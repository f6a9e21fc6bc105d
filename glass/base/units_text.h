// Units text: sizes, durations and counts as people read them. Integer arithmetic, half rounds up,
// so the text of a number is the same everywhere. The exact number belongs into the record instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glass {

// "999 B", "1.5 kB", "12.3 MB", "4.0 GB": powers of 1000, one decimal.
std::string bytes_text(uint64_t bytes);

// "850 ms", "12.3 s", "4m 05s", "2h 03m", "3d 04h". Negative durations count as 0.
std::string duration_text(int64_t milliseconds);

// "1,234,567"
std::string count_text(int64_t count);

// "1 language", "2,000 languages", for nouns whose plural takes an s
std::string count_text(int64_t count, std::string_view noun);

}  // namespace glass
