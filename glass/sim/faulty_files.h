// FaultyFiles: a file system that fails when told to, so that tests can walk through every place
// where a disk may be full. Linked into tests only.
//
//   FaultyFiles files(system::posix_files());
//   save(files);                                  // counts: files.operations()
//   files.fail_at({.operation = n});              // then, for every n: the n-th from now fails
//
// Counted is whatever changes the disk: write_atomic, write_private, create, append, make_folders,
// publish, remove_all, lock, and a WritableFile's append, sync and close. Reading never fails.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::sim {

struct Failure {
  int64_t operation = 1;       // the first one to fail, counted from 1 from now on
  bool for_good = false;       // every later one fails too, as on a disk that stays full or a kill
  bool short_write = false;    // a WritableFile's failing append leaves the first half of its bytes
  bool out_of_memory = false;  // std::bad_alloc is thrown instead of an error
};

class FaultyFiles final : public system::Files {
 public:
  explicit FaultyFiles(system::Files& real) : real_(real) {}

  // Starts counting anew.
  void fail_at(const Failure& failure);
  void fail_never();

  // Changing operations tried since the last fail_at or fail_never.
  [[nodiscard]] int64_t operations() const { return operations_; }

  Result<Bytes> read(const system::Path& file) override { return real_.read(file); }

  Result<std::string> read_text(const system::Path& file) override { return real_.read_text(file); }

  Result<std::unique_ptr<system::MappedFile>> map(const system::Path& file) override {
    return real_.map(file);
  }

  Result<uint64_t> size_bytes(const system::Path& file) override { return real_.size_bytes(file); }

  bool exists(const system::Path& path) override { return real_.exists(path); }

  Result<std::vector<system::Entry>> list(const system::Path& folder) override {
    return real_.list(folder);
  }

  Result<Bytes> read_private(const system::Path& file) override { return real_.read_private(file); }

  // As set, or else as it is.
  Result<uint64_t> free_bytes(const system::Path& folder) override {
    if (free_bytes_) return *free_bytes_;
    return real_.free_bytes(folder);
  }

  void set_free_bytes(uint64_t bytes) { free_bytes_ = bytes; }

  Status write_atomic(const system::Path& file, ByteView bytes) override;
  Status write_private(const system::Path& file, ByteView bytes) override;
  Result<std::unique_ptr<system::WritableFile>> create(const system::Path& file) override;
  Result<std::unique_ptr<system::WritableFile>> append(const system::Path& file,
                                                       uint64_t keep_bytes) override;
  Status make_folders(const system::Path& folder) override;
  Status publish(const system::Path& staged, const system::Path& target) override;
  Status remove_all(const system::Path& path) override;
  Result<std::unique_ptr<system::FolderLock>> lock(const system::Path& folder) override;

  // For the files it hands out: counts an operation; kIo "disk full" if this one should fail.
  Status count(std::string_view action, const system::Path& path);

  [[nodiscard]] bool writes_short() const { return failure_ && failure_->short_write; }

 private:
  system::Files& real_;
  std::optional<Failure> failure_;
  std::optional<uint64_t> free_bytes_;
  std::atomic<int64_t> operations_ = 0;
};

}  // namespace glass::sim
