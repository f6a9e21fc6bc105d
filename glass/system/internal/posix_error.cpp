#include "glass/system/internal/posix_error.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/core.h>

#include "glass/base/units_text.h"
#include "glass/base/utf8.h"

namespace glass::system {

namespace {

// The free space of the nearest folder that exists, for the message only.
std::string free_space_text(const Path& path) {
  for (Path folder = std::filesystem::absolute(path).parent_path();;
       folder = folder.parent_path()) {
    std::error_code code;
    const auto space = std::filesystem::space(folder, code);
    if (!code) return bytes_text(space.available);
    if (folder == folder.root_path()) return "an unknown amount";
  }
}

std::string disk_full_text(const Path& path, uint64_t needed_bytes) {
  const std::string free = free_space_text(path);
  if (needed_bytes == 0) {
    return fmt::format("disk full ({} free). Free space there and run again", free);
  }
  return fmt::format("disk full ({} needed, {} free). Free space there and run again",
                     bytes_text(needed_bytes), free);
}

}  // namespace

std::string path_text(const Path& path) {
  std::string shown;
  for (std::string_view rest = path.native(); !rest.empty();) {
    const size_t size = decode_utf8(rest).size;
    shown += size > 0 ? rest.substr(0, size) : "?";
    rest.remove_prefix(size > 0 ? size : 1);
  }
  return shown;
}

tl::unexpected<Error> posix_error(int error_number, std::string_view action, const Path& path,
                                  uint64_t needed_bytes) {
  const auto told = [&](ErrorCode code, std::string_view reason) {
    return fail(code, fmt::format("cannot {} {}: {}", action, path_text(path), reason));
  };
  switch (error_number) {
    case ENOENT: return told(ErrorCode::kNotFound, "it, or a folder on the way to it, is missing");
    case ENOTDIR:
      return told(ErrorCode::kNotFound, "a part of the path that should be a folder is none");
    case EISDIR: return told(ErrorCode::kInvalidInput, "it is a folder, not a file");
    case ENAMETOOLONG: return told(ErrorCode::kInvalidInput, "the name is too long");
    case ENOSPC:
    case EDQUOT: return told(ErrorCode::kIo, disk_full_text(path, needed_bytes));
    case EACCES:
    case EPERM:
      return told(ErrorCode::kIo,
                  "permission denied. Change its permissions or choose another place");
    case EROFS: return told(ErrorCode::kIo, "the file system is read-only. Choose another place");
    case EXDEV: return told(ErrorCode::kIo, "source and target lie on different file systems");
    case EMFILE:
    case ENFILE: return told(ErrorCode::kIo, "too many open files. Raise the limit (ulimit -n)");
    default: return told(ErrorCode::kIo, strerrordesc_np(error_number));
  }
}

}  // namespace glass::system
