#include "glass/service/sealed_files.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/crypto/sealing.h"

namespace glass::service {
namespace {

constexpr std::string_view kSealedPlaces[] = {"model/", "model.part/", "adapter/", "adapter.part/",
                                              "training/checkpoints/"};

system::Path whole(const system::Path& path) {
  return std::filesystem::absolute(path).lexically_normal();
}

bool is_sealed_place(const system::Path& file, const system::Path& root) {
  const std::string below = whole(file).lexically_relative(root).generic_string();
  return std::ranges::any_of(kSealedPlaces,
                             [&](std::string_view place) { return below.starts_with(place); });
}

// Bound to the run and the file's own name; folders are renamed when they are published.
std::string name_of(const SealedRun& run, const system::Path& file) {
  return fmt::format("glassworks/sealed/v1/{}/{}/{}", run.by.facility, run.by.run,
                     file.filename().string());
}

class OpenedFile final : public system::MappedFile {
 public:
  explicit OpenedFile(Bytes text) : text_(std::move(text)) {}

  [[nodiscard]] ByteView bytes() const override { return text_; }

 private:
  Bytes text_;
};

// The last chunk is written when the file is durable or closed: then nothing can follow.
class SealingFile final : public system::WritableFile {
 public:
  SealingFile(std::unique_ptr<system::WritableFile> file, crypto::Sealer sealer)
      : file_(std::move(file)), sealer_(std::move(sealer)) {}

  Status append(ByteView bytes) override {
    if (is_finished_) return invalid_input("a sealed file that was finished cannot be continued");
    const Bytes sealed = sealer_.add(bytes);
    return sealed.empty() ? Status() : file_->append(sealed);
  }

  Status sync() override {
    GLASS_TRY_STATUS(finish());
    return file_->sync();
  }

  Status close() override {
    GLASS_TRY_STATUS(finish());
    return file_->close();
  }

 private:
  Status finish() {
    if (std::exchange(is_finished_, true)) return {};
    return file_->append(sealer_.finish());
  }

  std::unique_ptr<system::WritableFile> file_;
  crypto::Sealer sealer_;
  bool is_finished_ = false;
};

}  // namespace

SealedFiles::SealedFiles(system::Files& files, const system::Path& root, SealedRun run)
    : files_(files), root_(whole(root)) {
  runs_.emplace(root_, std::move(run));
}

SealedFiles::SealedFiles(system::Files& files, std::optional<crypto::SecretKey> reader)
    : files_(files), reader_(std::move(reader)) {}

bool SealedFiles::seals(const system::Path& file) const {
  return !root_.empty() && is_sealed_place(file, root_);
}

Result<const SealedRun*> SealedFiles::run_in(const system::Path& root) {
  const std::lock_guard guard(mutex_);
  if (const auto known = runs_.find(root); known != runs_.end()) return &known->second;
  if (!reader_)
    return refused(
        fmt::format("the weights in {} are sealed to named readers; give the key of one "
                    "by --reader-key",
                    system::path_text(root)));
  GLASS_TRY(SealedRun run, open_sealed_run(*reader_, {.root = root}, files_));
  return &runs_.emplace(root, std::move(run)).first->second;
}

Result<SealedFiles::Opener> SealedFiles::opener_of(const system::Path& file) {
  for (system::Path root = whole(file); root.has_relative_path();) {
    root = root.parent_path();
    if (!is_sealed_place(file, root) || !is_sealed_run(files_, {.root = root})) continue;
    GLASS_TRY(const SealedRun* run, run_in(root));
    return Opener{.run = run, .name = name_of(*run, file)};
  }
  return refused(fmt::format("{} is sealed, and lies in no folder of a run with a sealed key",
                             system::path_text(file)));
}

// Nothing if the file is as it was written.
Result<std::optional<Bytes>> SealedFiles::opened(const system::Path& file, ByteView raw) {
  if (!crypto::is_sealed(raw)) {
    if (!seals(file)) return std::nullopt;
    return fail(ErrorCode::kCorruption,
                fmt::format("{} is not sealed, and all weights of this run are; restore it from a "
                            "copy, or remove it",
                            system::path_text(file)));
  }
  GLASS_TRY(const Opener opener, opener_of(file));
  auto text = crypto::open_sealed(raw, opener.run->key, opener.name);
  if (!text) return in_context(system::path_text(file), std::move(text).error());
  return std::optional(*std::move(text));
}

Result<Bytes> SealedFiles::read(const system::Path& file) {
  GLASS_TRY(Bytes raw, files_.read(file));
  GLASS_TRY(std::optional<Bytes> text, opened(file, raw));
  return text ? *std::move(text) : std::move(raw);
}

Result<std::string> SealedFiles::read_text(const system::Path& file) {
  GLASS_TRY(std::string raw, files_.read_text(file));
  GLASS_TRY(const std::optional<Bytes> text, opened(file, as_bytes(raw)));
  return text ? std::string(as_text(*text)) : std::move(raw);
}

Result<std::unique_ptr<system::MappedFile>> SealedFiles::map(const system::Path& file) {
  GLASS_TRY(auto raw, files_.map(file));
  GLASS_TRY(std::optional<Bytes> text, opened(file, raw->bytes()));
  if (!text) return raw;
  return std::make_unique<OpenedFile>(*std::move(text));
}

Result<uint64_t> SealedFiles::size_bytes(const system::Path& file) {
  GLASS_TRY(const uint64_t size, files_.size_bytes(file));
  return seals(file) ? crypto::opened_bytes(size) : size;
}

bool SealedFiles::exists(const system::Path& path) {
  return files_.exists(path);
}

Result<std::vector<system::Entry>> SealedFiles::list(const system::Path& folder) {
  GLASS_TRY(std::vector<system::Entry> entries, files_.list(folder));
  for (system::Entry& entry : entries) {
    if (entry.kind == system::Entry::Kind::kFile && seals(folder / entry.name))
      entry.size_bytes = crypto::opened_bytes(entry.size_bytes);
  }
  return entries;
}

Status SealedFiles::write_atomic(const system::Path& file, ByteView bytes) {
  if (!seals(file)) return files_.write_atomic(file, bytes);
  GLASS_TRY(const Opener opener, opener_of(file));
  crypto::Sealer sealer(opener.run->key, opener.name);
  Bytes sealed = sealer.add(bytes);
  const Bytes rest = sealer.finish();
  sealed.insert(sealed.end(), rest.begin(), rest.end());
  return files_.write_atomic(file, sealed);
}

Status SealedFiles::write_private(const system::Path& file, ByteView bytes) {
  return files_.write_private(file, bytes);
}

Result<Bytes> SealedFiles::read_private(const system::Path& file) {
  return files_.read_private(file);
}

Result<std::unique_ptr<system::WritableFile>> SealedFiles::create(const system::Path& file) {
  GLASS_TRY(auto raw, files_.create(file));
  if (!seals(file)) return raw;
  GLASS_TRY(const Opener opener, opener_of(file));
  return std::make_unique<SealingFile>(std::move(raw),
                                       crypto::Sealer(opener.run->key, opener.name));
}

Result<std::unique_ptr<system::WritableFile>> SealedFiles::append(const system::Path& file,
                                                                  uint64_t keep_bytes) {
  if (!seals(file)) return files_.append(file, keep_bytes);
  return invalid_input(
      fmt::format("{} is sealed as a whole and cannot be continued", system::path_text(file)));
}

Status SealedFiles::make_folders(const system::Path& folder) {
  return files_.make_folders(folder);
}

Status SealedFiles::publish(const system::Path& staged, const system::Path& target) {
  return files_.publish(staged, target);
}

Status SealedFiles::remove_all(const system::Path& path) {
  return files_.remove_all(path);
}

Result<std::unique_ptr<system::FolderLock>> SealedFiles::lock(const system::Path& folder) {
  return files_.lock(folder);
}

Result<uint64_t> SealedFiles::free_bytes(const system::Path& folder) {
  return files_.free_bytes(folder);
}

}  // namespace glass::service
