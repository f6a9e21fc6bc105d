#include "glass/record/release_fetch/internal/file_part.h"

#include <algorithm>
#include <cstdint>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/record/release/hash_file.h"
#include "glass/system/files.h"

namespace glass::record {

Status FilePart::find(const FetchWatch& watch) {
  if (!files_.exists(path_)) return {};
  GLASS_TRY_STATUS(hash_file(files_, path_, watch.interrupted, hash_));
  GLASS_TRY(bytes_, files_.size_bytes(path_));
  is_pieced_together_ = bytes_ > 0;
  return {};
}

Status FilePart::take(const system::HttpHead& head, ByteView piece, uint64_t free_bytes_left) {
  if (!is_answered_) GLASS_TRY_STATUS(begin(head, free_bytes_left));
  if (piece.size() > room_bytes_) {
    GLASS_TRY_STATUS(remove());
    return fail(ErrorCode::kRefused,
                fmt::format("{} does not end before the disk is full, and the server does not tell "
                            "how long it is; name a folder on a larger disk with --to",
                            url_));
  }
  GLASS_TRY_STATUS(out_->append(piece));
  hash_.update(piece);
  bytes_ += piece.size();
  room_bytes_ -= piece.size();
  return {};
}

Status FilePart::begin(const system::HttpHead& head, uint64_t free_bytes_left) {
  is_answered_ = true;
  is_pieced_together_ = head.status == 206;
  if (!is_pieced_together_) {
    hash_ = {};
    bytes_ = 0;
  }
  GLASS_TRY(out_, files_.append(path_, bytes_));
  GLASS_TRY(const uint64_t free_bytes, files_.free_bytes(path_.parent_path()));
  room_bytes_ = free_bytes - std::min(free_bytes, free_bytes_left);
  total_bytes_.reset();
  if (!head.body_bytes) return {};
  total_bytes_ = bytes_ + *head.body_bytes;
  if (*head.body_bytes <= room_bytes_) return {};
  return fail(ErrorCode::kRefused,
              fmt::format("{} has {} more than the disk has room for; name a folder on a larger "
                          "disk with --to",
                          url_, bytes_text(*head.body_bytes - room_bytes_)));
}

Status FilePart::settle(const crypto::Digest& wanted) {
  is_answered_ = false;
  const crypto::Digest found = hash_.finish();
  if (found == wanted && out_ == nullptr) return {};
  if (found == wanted) return out_->close();
  GLASS_TRY_STATUS(remove());
  return fail(ErrorCode::kMismatch,
              fmt::format("{} has the digest {}, but SHA256SUMS there says {}", url_,
                          crypto::to_text(found), crypto::to_text(wanted)));
}

Status FilePart::remove() {
  out_.reset();
  hash_ = {};
  bytes_ = 0;
  is_pieced_together_ = false;
  return files_.remove_all(path_);
}

}  // namespace glass::record
