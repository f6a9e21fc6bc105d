// FolderDigests: every file of a folder with its digest, read once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::record {

struct FolderDigests {
  std::map<std::string, crypto::Digest> files;  // by path from the folder
  std::map<std::string, uint64_t> sizes;        // of the same, in bytes
  uint64_t bytes = 0;                           // of all of them
  std::vector<std::string> others;              // links, sockets and the like
  std::vector<std::string> skipped;             // of git, at the top, with all below them
};

[[nodiscard]] Result<FolderDigests> digest_folder(system::Files& files, const system::Path& folder,
                                                  Parallel& parallel);

}  // namespace glass::record
