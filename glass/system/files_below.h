// What lies below a folder, on all levels.
#pragma once

#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::system {

// Everything below the folder that is no folder, in the order of a walk; the names are the paths
// from the folder, with '/' between their parts.
[[nodiscard]] Result<std::vector<Entry>> entries_below(Files& files, const Path& folder);

// The paths from the folder of everything below it that is no folder, with '/' between their parts.
[[nodiscard]] Result<std::vector<std::string>> files_below(Files& files, const Path& folder);

}  // namespace glass::system
