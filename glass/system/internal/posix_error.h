// Posix error: turns an errno into an Error that names the path and the way out.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::system {

// "cannot <action> <path>: <reason>". `needed_bytes` is told when the disk is full; 0 if unknown.
[[nodiscard]] tl::unexpected<Error> posix_error(int error_number, std::string_view action,
                                                const Path& path, uint64_t needed_bytes = 0);

}  // namespace glass::system
