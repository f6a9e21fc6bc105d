#include "glass/record/release/internal/folder_digests.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/release/hash_file.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"
#include "glass/system/interrupt.h"

namespace glass::record {
namespace {

// What a clone of the folder brings along, and the signature of models leaves out.
constexpr std::string_view kOfGit[] = {".git", ".gitattributes", ".github", ".gitignore"};

}  // namespace

Result<FolderDigests> digest_folder(system::Files& files, const system::Path& folder,
                                    Parallel& parallel) {
  GLASS_TRY(const std::vector<system::Entry> entries, system::entries_below(files, folder));
  FolderDigests found;
  std::vector<std::string> names;
  for (const system::Entry& entry : entries) {
    const std::string_view top = std::string_view(entry.name).substr(0, entry.name.find('/'));
    if (std::ranges::find(kOfGit, top) != std::end(kOfGit)) {
      if (found.skipped.empty() || found.skipped.back() != top) found.skipped.emplace_back(top);
    } else if (entry.kind == system::Entry::Kind::kFile) {
      names.push_back(entry.name);
      found.sizes.emplace(entry.name, entry.size_bytes);
      found.bytes += entry.size_bytes;
    } else {
      found.others.push_back(entry.name);
    }
  }
  std::vector<Result<crypto::Digest>> digests(names.size());
  const auto digest = [&](int64_t begin, int64_t end, int /*worker*/) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      crypto::Sha256 hash;
      const Status read = hash_file(files, folder / names[i], &system::interrupted, hash);
      if (read)
        digests[i] = hash.finish();
      else
        digests[i] = tl::unexpected(read.error());
    }
  };
  parallel.split(std::ssize(names), 1, digest);
  for (size_t i = 0; i < names.size(); ++i) {
    GLASS_TRY(const crypto::Digest one, digests[i]);
    found.files.emplace(names[i], one);
  }
  return found;
}

}  // namespace glass::record
