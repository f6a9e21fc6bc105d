#include "glass/record/sequencer/blobs.h"

#include <optional>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::record {
namespace {

constexpr std::string_view kFolder = "blob/";
constexpr size_t kFirstDigits = 2;

}  // namespace

std::string blob_path(const crypto::Digest& digest) {
  const std::string hex = to_hex(digest.bytes);
  return std::string(kFolder) + hex.substr(0, kFirstDigits) + "/" + hex.substr(kFirstDigits);
}

std::optional<crypto::Digest> digest_from_blob_path(std::string_view path) {
  if (!path.starts_with(kFolder)) return {};
  path.remove_prefix(kFolder.size());
  if (path.find('/') != kFirstDigits) return {};
  const std::string hex =
      std::string(path.substr(0, kFirstDigits)) + std::string(path.substr(kFirstDigits + 1));
  const auto digest = crypto::digest_from_text("sha256:" + hex);
  return digest ? std::optional(*digest) : std::nullopt;
}

Status write_blob(system::Files& files, const LogFolder& folder, ByteView bytes) {
  const system::Path file = folder.published() / blob_path(crypto::sha256(bytes));
  GLASS_TRY_STATUS(files.make_folders(file.parent_path()));
  return files.write_atomic(file, bytes);
}

}  // namespace glass::record
