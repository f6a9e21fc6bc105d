// Name ratio: how alike two names of people are, in whole numbers, the same everywhere.
//
//   folded    letters of Latin, Greek and Cyrillic in lower case, without accents; words in the
//             order of their characters, one space between: "Žižek, Slavoj" is "slavoj zizek"
//   ratio     twice the longest common subsequence of both, out of the letters of both together:
//             "jon smith" and "john smith" have 9 in common: 18/19
//
// The same name is 1 whichever of its words comes first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glass::institution {

// Of more than 200 letters, the first 200. What is no UTF-8 parts words.
std::u32string folded_name(std::string_view name);

struct NameRatio {
  int64_t part = 0, whole = 0;

  // Names without a letter are like no other.
  [[nodiscard]] bool is_at_least(int64_t percent) const {
    return whole > 0 && part * 100 >= percent * whole;
  }

  friend bool operator==(const NameRatio&, const NameRatio&) = default;
};

// REQUIRES: both are folded.
NameRatio name_ratio(std::u32string_view a, std::u32string_view b);

}  // namespace glass::institution
