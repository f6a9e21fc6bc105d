// FilePart: a file on its way to the disk: the bytes that are there, from the first on, and their
// digest.
//
//   find()        what an earlier fetch left
//   take(), ...   the pieces of an answer; of 206 they come behind what is there, of 200 instead
//   missed()      the connection broke: the next answer may go on
//   settle()      the answer has ended: it is the file, or is removed
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/release_fetch/fetch_release.h"
#include "glass/system/files.h"
#include "glass/system/http/http_client.h"

namespace glass::record {

class FilePart {
 public:
  // `url` is for errors; all of them outlive it.
  FilePart(system::Files& files, const system::Path& path, const std::string& url)
      : files_(files), path_(path), url_(url) {}

  [[nodiscard]] Status find(const FetchWatch& watch);

  // kRefused if there is no room on the disk for the piece, or for what the head promises.
  [[nodiscard]] Status take(const system::HttpHead& head, ByteView piece, uint64_t free_bytes_left);

  void missed() { is_answered_ = false; }

  // kMismatch if it is another file, of which nothing is left.
  [[nodiscard]] Status settle(const crypto::Digest& wanted);

  [[nodiscard]] uint64_t bytes() const { return bytes_; }

  // Of the whole, as the server promised.
  [[nodiscard]] std::optional<uint64_t> total_bytes() const { return total_bytes_; }

  // Whether some of it came with an earlier answer.
  [[nodiscard]] bool is_pieced_together() const { return is_pieced_together_; }

 private:
  Status begin(const system::HttpHead& head, uint64_t free_bytes_left);
  Status remove();

  system::Files& files_;
  const system::Path& path_;
  const std::string& url_;
  std::unique_ptr<system::WritableFile> out_;
  crypto::Sha256 hash_;  // of all bytes
  uint64_t bytes_ = 0;
  uint64_t room_bytes_ = 0;
  std::optional<uint64_t> total_bytes_;
  bool is_answered_ = false, is_pieced_together_ = false;
};

}  // namespace glass::record
