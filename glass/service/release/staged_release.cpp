#include "glass/service/release/internal/staged_release.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/plain_path.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/service/recorded_file.h"
#include "glass/system/files.h"

namespace glass::service {

namespace {

constexpr size_t kPart = size_t{8} << 20;

Status append_in_parts(system::WritableFile& out, ByteView bytes) {
  for (size_t at = 0; at < bytes.size(); at += kPart)
    GLASS_TRY_STATUS(out.append(bytes.subspan(at, std::min(kPart, bytes.size() - at))));
  return out.close();
}

// Links that lead nowhere are there, too.
Result<bool> is_taken(system::Files& files, const system::Path& path) {
  if (files.exists(path)) return true;
  const system::Path parent = path.has_parent_path() ? path.parent_path() : ".";
  if (!files.exists(parent)) return false;
  GLASS_TRY(const std::vector<system::Entry> entries, files.list(parent));
  return std::ranges::find(entries, path.filename().string(), &system::Entry::name) !=
         entries.end();
}

Status expect_free(system::Files& files, const system::Path& target) {
  GLASS_TRY(const bool taken, is_taken(files, target));
  if (!taken) return {};
  return fail(ErrorCode::kRefused,
              fmt::format("{} is there already; a release is never changed, so name another folder",
                          system::path_text(target)));
}

}  // namespace

Result<system::Path> release_target(system::Files& files, const system::Path& to) {
  system::Path target = to;
  while (!target.has_filename() && target.has_relative_path()) target = target.parent_path();
  const system::Path name = target.filename();
  GLASS_TRY_STATUS(expect_free(files, target));
  if (name.empty() || name == "." || name == "..")
    return invalid_input(fmt::format("\"{}\" does not end with the name of a folder to make",
                                     system::path_text(to)));
  return target;
}

// The folder of our own. Its ".lock" marks it as such.
class StagedRelease::Place {
 public:
  static Result<PlacePointer> take(system::Files& files, const system::Path& target) {
    const system::Path root =
        target.parent_path() / fmt::format(".{}.glass-release", target.filename().string());
    GLASS_TRY_STATUS(expect_ours(files, root));
    GLASS_TRY_STATUS(files.make_folders(root));
    GLASS_TRY(auto lock, files.lock(root));
    PlacePointer place(new Place(files, root, std::move(lock)));
    GLASS_TRY_STATUS(files.remove_all(place->folder()));
    GLASS_TRY_STATUS(files.make_folders(place->folder()));
    return place;
  }

  ~Place() {
    // While it is locked. What cannot be removed now, the next attempt removes.
    [[maybe_unused]] const Status removed = files_.remove_all(root_);
  }

  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] system::Path folder() const { return root_ / "release"; }

 private:
  Place(system::Files& files, system::Path root, std::unique_ptr<system::FolderLock> lock)
      : files_(files), root_(std::move(root)), lock_(std::move(lock)) {}

  static Status expect_ours(system::Files& files, const system::Path& root) {
    GLASS_TRY(const bool taken, is_taken(files, root));
    if (!taken || files.exists(root / ".lock")) return {};
    if (const auto entries = files.list(root); entries && entries->empty()) return {};
    return fail(ErrorCode::kRefused,
                fmt::format("a release is made in {}, but what is there is not ours; move it away",
                            system::path_text(root)));
  }

  system::Files& files_;
  system::Path root_;
  std::unique_ptr<system::FolderLock> lock_;
};

void StagedRelease::EndPlace::operator()(Place* place) const {
  delete place;
}

Result<StagedRelease> StagedRelease::begin(system::Files& files, Parallel& parallel,
                                           system::Path target) {
  GLASS_TRY(PlacePointer place, Place::take(files, target));
  GLASS_TRY_STATUS(expect_free(files, target));  // nobody else of us makes it from here on
  return StagedRelease(files, parallel, std::move(target), std::move(place));
}

system::Path StagedRelease::folder() const {
  return place_->folder();
}

Status StagedRelease::write(const std::string& name, std::string_view text) {
  return put(name, as_bytes(text)).map([](const crypto::Digest&) {});
}

Status StagedRelease::copy(const system::Path& from, const std::string& name,
                           const std::optional<crypto::Digest>& recorded) {
  GLASS_TRY(const auto mapped, files_->map(from));
  GLASS_TRY(const crypto::Digest digest, put(name, mapped->bytes()));
  if (recorded && digest != *recorded)
    return changed(from, "it does not have the digest that the run's record names");
  return {};
}

Result<system::Path> StagedRelease::new_path(const std::string& name) const {
  if (!is_printable_path(name))
    return invalid_input(fmt::format(
        "\"{}\" cannot be the name of a file of a release: it leaves the folder, or has characters "
        "that cannot be shown",
        system::path_text(name)));
  if (staged_.contains(name))
    return invalid_input(fmt::format("the release has two files of the name {}", name));
  return path(name);
}

Status StagedRelease::adopt(const std::string& name) {
  GLASS_TRY(const system::Path file, new_path(name));
  GLASS_TRY(const auto mapped, files_->map(file));
  staged_[name] = {.digest = crypto::sha256(mapped->bytes()), .bytes = mapped->bytes().size()};
  return {};
}

Status StagedRelease::discard(const std::string& name) {
  if (staged_.erase(name) == 0) return {};
  return files_->remove_all(path(name));
}

Status StagedRelease::publish() {
  GLASS_TRY_STATUS(expect_free(*files_, target_));
  return files_->publish(folder(), target_);
}

Result<crypto::Digest> StagedRelease::put(const std::string& name, ByteView bytes) {
  GLASS_TRY(const system::Path file, new_path(name));
  GLASS_TRY_STATUS(files_->make_folders(file.parent_path()));
  GLASS_TRY(const auto out, files_->create(file));
  const int hashing = parallel_->workers() - 1;
  crypto::Digest digest{};
  Status written;
  parallel_->run([&](int worker) {
    if (worker == 0) written = append_in_parts(*out, bytes);
    if (worker == hashing) digest = crypto::sha256(bytes);
  });
  GLASS_TRY_STATUS(written);
  staged_[name] = {.digest = digest, .bytes = bytes.size()};
  return digest;
}

}  // namespace glass::service
