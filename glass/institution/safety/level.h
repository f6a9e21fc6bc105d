// Level: how carefully a piece of work has to be treated. It belongs to the work, not to the place
// where it is done.
//
//   SL-1  open bench    everything is public
//   SL-2  controlled    named persons, two for what matters
//   SL-3  contained     a board decides, weights leave no memory
//   SL-4  sealed        nobody holds the weights, and they are not released
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/check.h"
#include "glass/base/result.h"

namespace glass::institution {

enum class Level : uint8_t { kSl1, kSl2, kSl3, kSl4 };

inline constexpr std::array<Level, 4> kLevels = {Level::kSl1, Level::kSl2, Level::kSl3,
                                                 Level::kSl4};
inline constexpr std::array<std::string_view, 4> kLevelWords = {"SL-1", "SL-2", "SL-3", "SL-4"};

std::string to_text(Level level);

// kInvalidInput names the four.
[[nodiscard]] Result<Level> parse_level(std::string_view text);

// 1 to 4, as rules that compare levels write them.
constexpr int64_t level_number(Level level) {
  return static_cast<int64_t>(level) + 1;
}

// REQUIRES: 1 to 4.
constexpr Level level_of_number(int64_t number) {
  GLASS_CHECK(number >= 1 && number <= 4);
  return static_cast<Level>(number - 1);
}

// One up. SL-4 is the last.
constexpr Level next_level(Level level) {
  return level == Level::kSl4 ? level : static_cast<Level>(static_cast<int>(level) + 1);
}

}  // namespace glass::institution
