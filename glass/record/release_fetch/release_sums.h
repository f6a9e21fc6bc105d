// ReleaseSums: SHA256SUMS as a list of what a server has to hand out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::record {

inline constexpr size_t kMostReleaseFiles = 100'000;

struct ListedFile {
  std::string file;
  crypto::Digest digest;
};

// The files in the order of the list. kCorruption names the first line that is not
// "<digest>  <file>", or whose file is no plain, printable path, is hidden (a part of the path
// begins with '.': what is hidden configures the tools of whoever looks into the folder), was named
// before, or is SHA256SUMS or model.sig.
[[nodiscard]] Result<std::vector<ListedFile>> parse_release_sums(std::string_view text);

}  // namespace glass::record
