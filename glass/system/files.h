// Files: the only door to the file system. Tests replace it (sim/faulty_files.h) to make any
// operation fail.
//
// What always holds: a file written by write_atomic or moved by publish is either complete and
// durable or absent, whatever is killed in between (written aside, fsynced, renamed, folder
// fsynced). Every error names the path and says what to do (free space, permission). Files may be
// used by several threads at once; a WritableFile by one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"

namespace glass::system {

using Path = std::filesystem::path;

// The path as messages show it: valid UTF-8, with '?' for each byte that is none.
std::string path_text(const Path& path);

// A file being written. Nothing is durable before sync(), which also makes a new file's name
// durable. After an error the file's end is unknown; append(file, keep_bytes) starts anew from it.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  [[nodiscard]] virtual Status append(ByteView bytes) = 0;
  [[nodiscard]] virtual Status sync() = 0;   // fsync
  [[nodiscard]] virtual Status close() = 0;  // without sync; the destructor closes silently
};

// A read-only view of a whole file; valid as long as the object lives.
class MappedFile {
 public:
  virtual ~MappedFile() = default;
  [[nodiscard]] virtual ByteView bytes() const = 0;
};

// Held until destroyed; released by the kernel when the process dies.
class FolderLock {
 public:
  virtual ~FolderLock() = default;
};

struct Entry {
  enum class Kind { kFile, kFolder, kLink, kOther };
  std::string name;  // without the folder
  Kind kind;
  uint64_t size_bytes;  // of a file, else 0
};

class Files {
 public:
  virtual ~Files() = default;

  // kNotFound if absent.
  [[nodiscard]] virtual Result<Bytes> read(const Path& file) = 0;
  [[nodiscard]] virtual Result<std::string> read_text(const Path& file) = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<MappedFile>> map(const Path& file) = 0;
  [[nodiscard]] virtual Result<uint64_t> size_bytes(const Path& file) = 0;
  [[nodiscard]] virtual bool exists(const Path& path) = 0;

  // The entries of a folder in code-point order of their names, "." and ".." left out.
  [[nodiscard]] virtual Result<std::vector<Entry>> list(const Path& folder) = 0;

  // Replaces or creates the file in one step. Writers of one file wait for each other. A kill may
  // leave ".NAME.partial" behind; the next write of NAME takes it over.
  [[nodiscard]] virtual Status write_atomic(const Path& file, ByteView bytes) = 0;

  // For secrets. write_private makes a durable new file that only its owner can read (mode 0600);
  // kRefused if there is one already. read_private: kRefused if others may read it.
  [[nodiscard]] virtual Status write_private(const Path& file, ByteView bytes) = 0;
  [[nodiscard]] virtual Result<Bytes> read_private(const Path& file) = 0;

  // A new empty file; an existing one is truncated.
  [[nodiscard]] virtual Result<std::unique_ptr<WritableFile>> create(const Path& file) = 0;

  // Continues a file after its first `keep_bytes` bytes; what lies behind them is cut off.
  // Creates it when absent and keep_bytes is 0. kCorruption if it is shorter than that.
  [[nodiscard]] virtual Result<std::unique_ptr<WritableFile>> append(const Path& file,
                                                                     uint64_t keep_bytes) = 0;

  // The folder and those above it, durably; existing ones are no error.
  [[nodiscard]] virtual Status make_folders(const Path& folder) = 0;

  // Makes `staged` (a file or a folder, already written) visible as `target`: fsyncs every file
  // and folder below it, renames, fsyncs the parent. REQUIRES: `target` is absent or a file, and
  // lies on the same file system.
  [[nodiscard]] virtual Status publish(const Path& staged, const Path& target) = 0;

  // Removes a file or a whole folder; absent is no error.
  [[nodiscard]] virtual Status remove_all(const Path& path) = 0;

  // kRefused, naming the process that holds it, if another one does.
  [[nodiscard]] virtual Result<std::unique_ptr<FolderLock>> lock(const Path& folder) = 0;

  [[nodiscard]] virtual Result<uint64_t> free_bytes(const Path& folder) = 0;
};

// The real file system.
Files& posix_files();

}  // namespace glass::system
