#include "glass/institution/safety/level.h"

#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/institution/safety/words.h"

namespace glass::institution {

std::string to_text(Level level) {
  return std::string(word_of(kLevelWords, level));
}

Result<Level> parse_level(std::string_view text) {
  if (const auto level = value_of<Level>(kLevelWords, text)) return *level;
  return invalid_input(
      fmt::format("'{}' is no safety level; the levels are SL-1, SL-2, SL-3 and SL-4", text));
}

}  // namespace glass::institution
