// The real file system, by POSIX calls: only they can say what is durable.
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/system/files.h"
#include "glass/system/internal/descriptor.h"
#include "glass/system/internal/posix_error.h"
#include "glass/system/internal/posix_io.h"

namespace glass::system {

namespace {

// Of a large file the disk writes while the rest is made or hashed, instead of all at the sync.
constexpr uint64_t kWrittenEarly = uint64_t{8} << 20;

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(Descriptor fd, Path path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Status append(ByteView bytes) override {
    GLASS_TRY_STATUS(write_all(fd_, bytes, path_));
    waiting_bytes_ += bytes.size();
    if (waiting_bytes_ < kWrittenEarly) return {};
    start_writing(fd_);
    waiting_bytes_ = 0;
    return {};
  }

  Status sync() override {
    GLASS_TRY_STATUS(sync_file(fd_, path_));
    if (!name_is_durable_) GLASS_TRY_STATUS(sync_folder(folder_of(path_)));
    name_is_durable_ = true;
    return {};
  }

  Status close() override {
    if (fd_.reset() != 0) return posix_error(errno, "close", path_);
    return {};
  }

 private:
  Descriptor fd_;
  Path path_;
  uint64_t waiting_bytes_ = 0;  // that the disk was not told to write yet
  bool name_is_durable_ = false;
};

class PosixMappedFile final : public MappedFile {
 public:
  PosixMappedFile(void* at, size_t size) : at_(at), size_(size) {}

  ~PosixMappedFile() override {
    if (size_ > 0) ::munmap(at_, size_);
  }

  PosixMappedFile(const PosixMappedFile&) = delete;
  PosixMappedFile& operator=(const PosixMappedFile&) = delete;

  [[nodiscard]] ByteView bytes() const override { return {static_cast<uint8_t*>(at_), size_}; }

 private:
  void* at_;
  size_t size_;
};

// The kernel releases the flock with the descriptor. The file stays: removing it would race with
// whoever has just opened it.
class PosixFolderLock final : public FolderLock {
 public:
  explicit PosixFolderLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

Entry::Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return Entry::Kind::kFile;
  if (S_ISDIR(mode)) return Entry::Kind::kFolder;
  return S_ISLNK(mode) ? Entry::Kind::kLink : Entry::Kind::kOther;
}

class PosixFiles final : public Files {
 public:
  Result<Bytes> read(const Path& file) override {
    GLASS_TRY(const Descriptor fd, open_file(file, O_RDONLY, "read"));
    return read_all(fd, file);
  }

  Result<std::string> read_text(const Path& file) override {
    GLASS_TRY(const Bytes bytes, read(file));
    return std::string(as_text(bytes));
  }

  Result<std::unique_ptr<MappedFile>> map(const Path& file) override {
    GLASS_TRY(const Descriptor fd, open_file(file, O_RDONLY, "read"));
    GLASS_TRY(const uint64_t size, file_size(fd, file));
    if (size == 0) return std::make_unique<PosixMappedFile>(nullptr, 0);
    void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (at == MAP_FAILED) return posix_error(errno, "map", file);
    return std::make_unique<PosixMappedFile>(at, size);
  }

  Result<uint64_t> size_bytes(const Path& file) override {
    GLASS_TRY(const Descriptor fd, open_file(file, O_RDONLY, "read"));
    return file_size(fd, file);
  }

  bool exists(const Path& path) override {
    struct stat info {};

    return ::stat(path.c_str(), &info) == 0;
  }

  Result<std::vector<Entry>> list(const Path& folder) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
    if (!dir) return posix_error(errno, "list", folder);
    std::vector<Entry> entries;
    while (true) {
      errno = 0;
      const dirent* found = ::readdir(dir.get());
      if (found == nullptr) break;
      const std::string name = found->d_name;
      if (name == "." || name == "..") continue;

      struct stat info {};

      if (::fstatat(::dirfd(dir.get()), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) continue;  // removed in the meantime
        return posix_error(errno, "read", folder / name);
      }
      const Entry::Kind kind = kind_of(info.st_mode);
      const bool is_file = kind == Entry::Kind::kFile;
      entries.push_back({name, kind, is_file ? static_cast<uint64_t>(info.st_size) : 0});
    }
    if (errno != 0) return posix_error(errno, "list", folder);
    std::ranges::sort(entries, {}, &Entry::name);
    return entries;
  }

  Status write_atomic(const Path& file, ByteView bytes) override {
    const Path aside = folder_of(file) / ("." + file.filename().string() + ".partial");
    GLASS_TRY(const Descriptor fd, open_exclusively(aside, file));
    const auto written = [&]() -> Status {
      if (::ftruncate(fd.get(), 0) != 0) return posix_error(errno, "write", file);
      GLASS_TRY_STATUS(write_all(fd, bytes, file));
      GLASS_TRY_STATUS(sync_file(fd, file));
      if (::rename(aside.c_str(), file.c_str()) != 0) return posix_error(errno, "replace", file);
      return {};
    }();
    if (!written) {
      ::unlink(aside.c_str());
      return written;
    }
    return sync_folder(folder_of(file));
  }

  Status write_private(const Path& file, ByteView bytes) override {
    const Descriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd.is_open() && errno == EEXIST) {
      return fail(ErrorCode::kRefused,
                  fmt::format("{} exists already and is not replaced", path_text(file)));
    }
    if (!fd.is_open()) return posix_error(errno, "write", file);
    auto written = write_all(fd, bytes, file);
    if (written) written = sync_file(fd, file);
    if (!written) {
      ::unlink(file.c_str());
      return written;
    }
    return sync_folder(folder_of(file));
  }

  Result<Bytes> read_private(const Path& file) override {
    GLASS_TRY(const Descriptor fd, open_file(file, O_RDONLY, "read"));

    struct stat info {};

    if (::fstat(fd.get(), &info) != 0) return posix_error(errno, "read", file);
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
      return fail(ErrorCode::kRefused,
                  fmt::format("{} holds a secret, but others may read it (mode {:04o}). Run: "
                              "chmod 600 {}",
                              path_text(file), info.st_mode & 07777, path_text(file)));
    }
    return read_all(fd, file);
  }

  Result<std::unique_ptr<WritableFile>> create(const Path& file) override {
    GLASS_TRY(Descriptor fd, open_file(file, O_WRONLY | O_CREAT | O_TRUNC, "write"));
    return std::make_unique<PosixWritableFile>(std::move(fd), file);
  }

  Result<std::unique_ptr<WritableFile>> append(const Path& file, uint64_t keep_bytes) override {
    const int may_create = keep_bytes == 0 ? O_CREAT : 0;
    GLASS_TRY(Descriptor fd, open_file(file, O_WRONLY | may_create, "continue"));
    GLASS_TRY(const uint64_t size, file_size(fd, file));
    if (size < keep_bytes) {
      return fail(ErrorCode::kCorruption,
                  fmt::format("{} has {} bytes where at least {} should be kept", path_text(file),
                              size, keep_bytes));
    }
    const auto end = static_cast<off_t>(keep_bytes);
    if (::ftruncate(fd.get(), end) != 0 || ::lseek(fd.get(), end, SEEK_SET) != end) {
      return posix_error(errno, "continue", file);
    }
    return std::make_unique<PosixWritableFile>(std::move(fd), file);
  }

  Status make_folders(const Path& folder) override {
    std::error_code code;
    if (folder.empty() || std::filesystem::is_directory(folder, code)) return {};
    const Path plain = folder.has_filename() ? folder : folder.parent_path();  // "a/b/" is "a/b"
    if (plain != plain.root_path()) GLASS_TRY_STATUS(make_folders(plain.parent_path()));
    if (::mkdir(plain.c_str(), 0777) == 0) return sync_folder(folder_of(plain));
    if (errno != EEXIST) return posix_error(errno, "make the folder", plain);
    if (std::filesystem::is_directory(plain, code)) return {};  // made by another in the meantime
    return posix_error(ENOTDIR, "make the folder", plain);
  }

  Status publish(const Path& staged, const Path& target) override {
    GLASS_TRY_STATUS(sync_tree(staged));
    if (::rename(staged.c_str(), target.c_str()) != 0) {
      return posix_error(errno, fmt::format("move {} to", path_text(staged)), target);
    }
    return sync_folder(folder_of(target));
  }

  Status remove_all(const Path& path) override {
    std::error_code code;
    std::filesystem::remove_all(path, code);
    if (code) return posix_error(code.value(), "remove", path);
    return {};
  }

  Result<std::unique_ptr<FolderLock>> lock(const Path& folder) override {
    const Path file = folder / ".lock";
    GLASS_TRY(Descriptor fd, open_file(file, O_RDWR | O_CREAT, "lock"));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return posix_error(errno, "lock", folder);
      const auto holder = read_all(fd, file);
      return fail(ErrorCode::kRefused,
                  fmt::format("{} is in use by process {}. Wait until it ends, or stop it",
                              path_text(folder),
                              holder && !holder->empty() ? as_text(*holder) : "(unknown)"));
    }
    if (::ftruncate(fd.get(), 0) != 0) return posix_error(errno, "lock", folder);
    GLASS_TRY_STATUS(write_all(fd, as_bytes(std::to_string(::getpid())), file));
    return std::make_unique<PosixFolderLock>(std::move(fd));
  }

  Result<uint64_t> free_bytes(const Path& folder) override {
    struct statvfs info {};

    if (::statvfs(folder.c_str(), &info) != 0) return posix_error(errno, "examine", folder);
    return uint64_t{info.f_bavail} * info.f_frsize;
  }
};

}  // namespace

Files& posix_files() {
  static PosixFiles files;
  return files;
}

}  // namespace glass::system
