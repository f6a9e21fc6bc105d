#include "glass/record/release/hash_file.h"

#include <algorithm>
#include <cstddef>
#include <memory>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::record {
namespace {

constexpr size_t kHashedAtOnce = size_t{16} << 20;

}  // namespace

Status hash_file(system::Files& files, const system::Path& file, FunctionRef<bool()> interrupted,
                 crypto::Sha256& hash) {
  GLASS_TRY(const std::unique_ptr<system::MappedFile> mapped, files.map(file));
  ByteView rest = mapped->bytes();
  while (!rest.empty()) {
    if (interrupted())
      return fail(ErrorCode::kInterrupted,
                  fmt::format("stopped while {} was read", system::path_text(file)));
    const size_t count = std::min(rest.size(), kHashedAtOnce);
    hash.update(rest.first(count));
    rest = rest.subspan(count);
  }
  return {};
}

}  // namespace glass::record
