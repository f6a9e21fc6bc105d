#include "glass/system/internal/posix_io.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include "glass/system/internal/posix_error.h"

namespace glass::system {

namespace {

// Calls again when a signal came in between.
template <typename Call>
auto retrying(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

Path folder_of(const Path& file) {
  const Path parent = file.parent_path();
  return parent.empty() ? Path(".") : parent;
}

Result<Descriptor> open_file(const Path& file, int flags, std::string_view action) {
  Descriptor fd(retrying([&] { return ::open(file.c_str(), flags | O_CLOEXEC, 0666); }));
  if (!fd.is_open()) return posix_error(errno, action, file);
  return fd;
}

Result<Descriptor> open_exclusively(const Path& aside, const Path& file) {
  while (true) {
    const auto open = [&] { return ::open(aside.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666); };
    Descriptor fd(retrying(open));
    if (!fd.is_open()) return posix_error(errno, "write", file);
    if (retrying([&] { return ::flock(fd.get(), LOCK_EX); }) != 0) {
      return posix_error(errno, "write", file);
    }

    // While we waited, the holder may have renamed or removed it: then it is no longer our file.
    struct stat ours {
    }, named{};

    if (::fstat(fd.get(), &ours) != 0) return posix_error(errno, "write", file);
    const bool still_named = ::stat(aside.c_str(), &named) == 0;
    if (still_named && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev) return fd;
  }
}

Result<uint64_t> file_size(const Descriptor& fd, const Path& file) {
  struct stat info {};

  if (::fstat(fd.get(), &info) != 0) return posix_error(errno, "read", file);
  if (S_ISDIR(info.st_mode)) return posix_error(EISDIR, "read", file);
  return static_cast<uint64_t>(info.st_size);
}

Result<Bytes> read_all(const Descriptor& fd, const Path& file) {
  GLASS_TRY(const uint64_t size, file_size(fd, file));
  Bytes bytes(size + 1);  // one more, so that the end is seen without growing
  size_t filled = 0;
  while (true) {
    const ssize_t got = retrying([&] {
      return ::pread(fd.get(), bytes.data() + filled, bytes.size() - filled,
                     static_cast<off_t>(filled));
    });
    if (got < 0) return posix_error(errno, "read", file);
    filled += static_cast<size_t>(got);
    if (got == 0) break;
    if (filled == bytes.size()) bytes.resize(bytes.size() * 2 + 4096);
  }
  bytes.resize(filled);
  return bytes;
}

Status write_all(const Descriptor& fd, ByteView bytes, const Path& file) {
  while (!bytes.empty()) {
    const ssize_t put = retrying([&] { return ::write(fd.get(), bytes.data(), bytes.size()); });
    if (put < 0) return posix_error(errno, "write", file, bytes.size());
    bytes = bytes.subspan(static_cast<size_t>(put));
  }
  return {};
}

void start_writing([[maybe_unused]] const Descriptor& fd) {
#ifdef __linux__
  // Where the file system cannot, the sync does all of it.
  static_cast<void>(::sync_file_range(fd.get(), 0, 0, SYNC_FILE_RANGE_WRITE));
#endif
}

Status sync_file(const Descriptor& fd, const Path& file) {
  // EINVAL: a device or pipe, which has nothing to sync.
  if (retrying([&] { return ::fsync(fd.get()); }) != 0 && errno != EINVAL) {
    return posix_error(errno, "make durable", file);
  }
  return {};
}

Status sync_folder(const Path& folder) {
  GLASS_TRY(const Descriptor fd, open_file(folder, O_RDONLY | O_DIRECTORY, "open"));
  return sync_file(fd, folder);
}

Status sync_tree(const Path& path) {
  struct stat info {};

  if (::lstat(path.c_str(), &info) != 0) return posix_error(errno, "publish", path);
  if (S_ISDIR(info.st_mode)) {
    std::error_code code;
    for (std::filesystem::directory_iterator it(path, code), end; !code && it != end;
         it.increment(code)) {
      GLASS_TRY_STATUS(sync_tree(it->path()));
    }
    if (code) return posix_error(code.value(), "list", path);
    return sync_folder(path);
  }
  if (!S_ISREG(info.st_mode)) return {};
  GLASS_TRY(const Descriptor fd, open_file(path, O_RDONLY, "make durable"));
  return sync_file(fd, path);
}

}  // namespace glass::system
