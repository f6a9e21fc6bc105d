// Plain paths: names that a foreign file may give to files below a folder of ours.
#pragma once

#include <string_view>

namespace glass {

// Relative, not empty, '/' between parts of which none is empty, "." or "..", no NUL, no backslash.
bool is_plain_path(std::string_view path);

// A plain path that is shown as it is: UTF-8 of printable characters (printable.h).
bool is_printable_path(std::string_view path);

}  // namespace glass
