// PlacedProblem: what is wrong with a setting, and where it stands: the path of its key with
// positions in lists, such as "level.1.start.0". SettingsFile::report finds its line.
#pragma once

#include <string>
#include <vector>

#include "glass/base/result.h"

namespace glass::settings {

struct PlacedProblem {
  std::string path;
  std::string what;
};

using PlacedProblems = std::vector<PlacedProblem>;

// kInvalidInput: every problem, one a line, with its path. Nothing if there is none.
[[nodiscard]] Status refuse(const PlacedProblems& problems);

}  // namespace glass::settings
