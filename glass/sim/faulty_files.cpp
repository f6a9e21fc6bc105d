#include "glass/sim/faulty_files.h"

#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace glass::sim {

using system::Path;

namespace {

class FaultyWritableFile final : public system::WritableFile {
 public:
  FaultyWritableFile(FaultyFiles& owner, std::unique_ptr<WritableFile> real, Path path)
      : owner_(owner), real_(std::move(real)), path_(std::move(path)) {}

  Status append(ByteView bytes) override {
    auto failed = owner_.count("write", path_);
    if (failed) return real_->append(bytes);
    if (owner_.writes_short()) GLASS_TRY_STATUS(real_->append(bytes.first(bytes.size() / 2)));
    return failed;
  }

  Status sync() override {
    GLASS_TRY_STATUS(owner_.count("make durable", path_));
    return real_->sync();
  }

  Status close() override {
    GLASS_TRY_STATUS(owner_.count("close", path_));
    return real_->close();
  }

 private:
  FaultyFiles& owner_;
  std::unique_ptr<WritableFile> real_;
  Path path_;
};

}  // namespace

void FaultyFiles::fail_at(const Failure& failure) {
  failure_ = failure;
  operations_ = 0;
}

void FaultyFiles::fail_never() {
  failure_.reset();
  operations_ = 0;
}

Status FaultyFiles::count(std::string_view action, const Path& path) {
  const int64_t number = ++operations_;
  if (!failure_ || number < failure_->operation) return {};
  if (number > failure_->operation && !failure_->for_good) return {};
  if (failure_->out_of_memory) throw std::bad_alloc();
  return fail(ErrorCode::kIo, fmt::format("cannot {} {}: disk full (simulated, operation {})",
                                          action, system::path_text(path), number));
}

Status FaultyFiles::write_atomic(const Path& file, ByteView bytes) {
  GLASS_TRY_STATUS(count("write", file));
  return real_.write_atomic(file, bytes);
}

Status FaultyFiles::write_private(const Path& file, ByteView bytes) {
  GLASS_TRY_STATUS(count("write", file));
  return real_.write_private(file, bytes);
}

Result<std::unique_ptr<system::WritableFile>> FaultyFiles::create(const Path& file) {
  GLASS_TRY_STATUS(count("create", file));
  GLASS_TRY(auto real, real_.create(file));
  return std::make_unique<FaultyWritableFile>(*this, std::move(real), file);
}

Result<std::unique_ptr<system::WritableFile>> FaultyFiles::append(const Path& file,
                                                                  uint64_t keep_bytes) {
  GLASS_TRY_STATUS(count("continue", file));
  GLASS_TRY(auto real, real_.append(file, keep_bytes));
  return std::make_unique<FaultyWritableFile>(*this, std::move(real), file);
}

Status FaultyFiles::make_folders(const Path& folder) {
  GLASS_TRY_STATUS(count("make the folder", folder));
  return real_.make_folders(folder);
}

Status FaultyFiles::publish(const Path& staged, const Path& target) {
  GLASS_TRY_STATUS(count("publish", target));
  return real_.publish(staged, target);
}

Status FaultyFiles::remove_all(const Path& path) {
  GLASS_TRY_STATUS(count("remove", path));
  return real_.remove_all(path);
}

Result<std::unique_ptr<system::FolderLock>> FaultyFiles::lock(const Path& folder) {
  GLASS_TRY_STATUS(count("lock", folder));
  return real_.lock(folder);
}

}  // namespace glass::sim
