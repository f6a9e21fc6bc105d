// RecordedFile: a file that a record names by digest, and the words for one that was changed.
#pragma once

#include <memory>
#include <string_view>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::service {

// "FILE was changed: HOW. Restore it from a copy, or ...": a kMismatch.
[[nodiscard]] tl::unexpected<Error> changed(const system::Path& file, std::string_view how);

// The file, if it has the digest. kMismatch says that it was changed, or that it is missing.
[[nodiscard]] Result<std::unique_ptr<system::MappedFile>> recorded_file(
    system::Files& files, const system::Path& file, const crypto::Digest& recorded);

// kMismatch names both digests; `what` was computed again.
[[nodiscard]] Status expect_same(std::string_view what, const crypto::Digest& recorded,
                                 const crypto::Digest& found);

}  // namespace glass::service
