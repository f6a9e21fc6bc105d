#include "glass/record/tlog/log_source.h"

#include <cstddef>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::record {

Result<Bytes> FolderSource::read(std::string_view path, size_t most_bytes) {
  const system::Path file = folder_ / path;
  GLASS_TRY(const uint64_t size, files_.size_bytes(file));
  if (size > most_bytes)
    return fail(ErrorCode::kCorruption, fmt::format("{} has {} bytes, expected at most {}",
                                                    system::path_text(file), size, most_bytes));
  return files_.read(file);
}

}  // namespace glass::record
