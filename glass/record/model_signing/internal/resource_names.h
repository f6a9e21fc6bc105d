// The names of resources: relative paths, and parts of files. Nothing outside this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/plain_path.h"
#include "glass/base/result.h"

namespace glass::record {

struct Part {
  std::string file;
  uint64_t begin, end;  // bytes [begin, end)
};

// "path:begin:end"; the path may hold colons itself. kInvalidInput if it is none.
[[nodiscard]] Result<Part> part_of(std::string_view name);

}  // namespace glass::record
