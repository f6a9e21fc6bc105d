// What lies below a folder, on all levels.
#pragma once

#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::system {

// The paths from the folder of everything below it that is no folder, with '/' between their parts.
[[nodiscard]] Result<std::vector<std::string>> files_below(Files& files, const Path& folder);

}  // namespace glass::system
