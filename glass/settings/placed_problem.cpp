#include "glass/settings/placed_problem.h"

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/settings/problems.h"

namespace glass::settings {

Status refuse(const PlacedProblems& problems) {
  Problems lines;
  for (const auto& [path, what] : problems) lines.push_back(fmt::format("{}: {}", path, what));
  return refuse(lines);
}

}  // namespace glass::settings
