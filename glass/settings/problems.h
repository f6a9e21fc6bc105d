// Problems: what is wrong with a settings file, all of it told at once.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"

namespace glass::settings {

using Problems = std::vector<std::string>;
using Names = std::set<std::string, std::less<>>;

// kInvalidInput: every problem, one a line. Nothing if there is none.
[[nodiscard]] Status refuse(const Problems& problems);

// The candidate fewest edits away from `word`, if few enough to be a slip; else empty.
std::string nearest(std::string_view word, const Names& candidates);

// "did you mean 'train'?", else "the keys here are: ...", `known` being what they are called.
std::string hint(std::string_view word, const Names& candidates, std::string_view known);

}  // namespace glass::settings
