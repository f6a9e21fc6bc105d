// StagedRelease: a release's folder on its way, and what is in it by digest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::service {

struct StagedFile {
  crypto::Digest digest;
  uint64_t bytes = 0;
};

class StagedRelease {
 public:
  // An empty folder; what an earlier attempt left there is removed.
  [[nodiscard]] static Result<StagedRelease> begin(system::Files& files, Parallel& parallel,
                                                   system::Path folder);

  [[nodiscard]] Status write(const std::string& name, std::string_view text);

  // kMismatch if the file does not have the digest that was recorded.
  [[nodiscard]] Status copy(const system::Path& from, const std::string& name,
                            const std::optional<crypto::Digest>& recorded);

  // What somebody else has written at path(name).
  [[nodiscard]] Status adopt(const std::string& name);

  [[nodiscard]] system::Path path(std::string_view name) const { return folder_ / name; }

  [[nodiscard]] const system::Path& folder() const { return folder_; }

  [[nodiscard]] const std::map<std::string, StagedFile>& files() const { return staged_; }

 private:
  StagedRelease(system::Files& files, Parallel& parallel, system::Path folder)
      : files_(&files), parallel_(&parallel), folder_(std::move(folder)) {}

  // One worker hashes while another writes, where there are two.
  [[nodiscard]] Result<crypto::Digest> put(const std::string& name, ByteView bytes);

  system::Files* files_;
  Parallel* parallel_;
  system::Path folder_;
  std::map<std::string, StagedFile> staged_;
};

}  // namespace glass::service
