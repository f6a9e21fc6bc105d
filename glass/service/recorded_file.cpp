#include "glass/service/recorded_file.h"

#include <memory>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

constexpr std::string_view kWayOut =
    "Restore it from a copy, or run the recipe anew into another folder (--out)";

}  // namespace

tl::unexpected<Error> changed(const system::Path& file, std::string_view how) {
  return fail(ErrorCode::kMismatch,
              fmt::format("{} was changed: {}. {}", system::path_text(file), how, kWayOut));
}

Result<std::unique_ptr<system::MappedFile>> recorded_file(system::Files& files,
                                                          const system::Path& file,
                                                          const crypto::Digest& recorded) {
  if (!files.exists(file))
    return fail(ErrorCode::kMismatch,
                fmt::format("{} is missing. {}", system::path_text(file), kWayOut));
  GLASS_TRY(std::unique_ptr<system::MappedFile> mapped, files.map(file));
  const crypto::Digest found = crypto::sha256(mapped->bytes());
  if (found != recorded)
    return changed(file, fmt::format("its digest is {}, recorded is {}", crypto::to_text(found),
                                     crypto::to_text(recorded)));
  return mapped;
}

Status expect_same(std::string_view what, const crypto::Digest& recorded,
                   const crypto::Digest& found) {
  if (recorded == found) return {};
  return fail(ErrorCode::kMismatch, fmt::format("{} has the digest {}, recorded is {}", what,
                                                crypto::to_text(found), crypto::to_text(recorded)));
}

}  // namespace glass::service
