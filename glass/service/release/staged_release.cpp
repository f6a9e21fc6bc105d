#include "glass/service/release/internal/staged_release.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
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

}  // namespace

Result<StagedRelease> StagedRelease::begin(system::Files& files, Parallel& parallel,
                                           system::Path folder) {
  GLASS_TRY_STATUS(files.remove_all(folder));
  GLASS_TRY_STATUS(files.make_folders(folder));
  return StagedRelease(files, parallel, std::move(folder));
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

Status StagedRelease::adopt(const std::string& name) {
  GLASS_TRY(const auto mapped, files_->map(path(name)));
  staged_[name] = {.digest = crypto::sha256(mapped->bytes()), .bytes = mapped->bytes().size()};
  return {};
}

Result<crypto::Digest> StagedRelease::put(const std::string& name, ByteView bytes) {
  const system::Path file = path(name);
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
