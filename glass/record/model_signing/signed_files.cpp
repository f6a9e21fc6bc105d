// expect_signed_files: a folder compared with what was signed.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/record/model_signing/internal/resource_names.h"
#include "glass/record/model_signing/model_signature.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"

namespace glass::record {
namespace {

tl::unexpected<Error> differs(const std::string& file, std::string_view how) {
  return fail(ErrorCode::kMismatch, fmt::format("{} {}", file, how));
}

bool is_ignored(const SignedModel& model, std::string_view path) {
  return std::ranges::any_of(model.ignored, [&](const std::string& ignored) {
    return path == ignored ||
           (path.starts_with(ignored) && path.substr(ignored.size()).starts_with('/'));
  });
}

// The files of the folder that a signature has to cover, with their sizes.
Result<std::map<std::string, uint64_t>> files_to_sign(const SignedModel& model,
                                                      const system::Path& folder,
                                                      system::Files& files) {
  GLASS_TRY(const std::vector<system::Entry> entries, system::entries_below(files, folder));
  std::map<std::string, uint64_t> found;
  for (const system::Entry& entry : entries) {
    if (entry.name == kModelSignature || is_ignored(model, entry.name)) continue;
    if (entry.kind == system::Entry::Kind::kLink && !model.links_allowed)
      return differs(entry.name, "is a symbolic link, which the signature does not allow");
    if (entry.kind == system::Entry::Kind::kOther)
      return differs(entry.name, "is neither a file nor a folder");
    GLASS_TRY(const uint64_t size, files.size_bytes(folder / entry.name));
    found.emplace(entry.name, size);
  }
  return found;
}

Status expect_whole_files(const SignedModel& model, const std::map<std::string, uint64_t>& found,
                          DigestOf digest_of) {
  for (const ModelResource& one : model.resources) {
    if (!found.contains(one.name)) return differs(one.name, "was signed and is not there");
    GLASS_TRY(const crypto::Digest digest, digest_of(one.name));
    if (digest != one.digest)
      return differs(one.name, fmt::format("was changed: signed is {}, found {}",
                                           crypto::to_text(one.digest), crypto::to_text(digest)));
  }
  for (const auto& [file, size] : found) {
    if (!std::ranges::binary_search(model.resources, file, {}, &ModelResource::name))
      return differs(file, "is not signed");
  }
  return {};
}

// The parts of a file begin at 0, follow each other, are full but for the last, and end with it.
Status expect_parts(const SignedModel& model, const std::string& file, uint64_t size,
                    const std::map<uint64_t, std::pair<uint64_t, crypto::Digest>>& parts,
                    const system::Path& folder, system::Files& files) {
  GLASS_TRY(const auto mapped, files.map(folder / file));
  uint64_t at = 0;
  for (const auto& [begin, part] : parts) {
    const auto& [end, digest] = part;
    const auto full = static_cast<uint64_t>(model.shard_bytes);
    if (begin != at || end > size || (end - begin != full && end != size) || end - begin > full)
      return differs(
          file, fmt::format("has {} bytes, and a part signed from {} to {}", size, begin, end));
    if (crypto::sha256(mapped->bytes().subspan(begin, end - begin)) != digest)
      return differs(file, fmt::format("was changed between its bytes {} and {}", begin, end));
    at = end;
  }
  if (at != size) return differs(file, fmt::format("is signed up to its byte {} of {}", at, size));
  return {};
}

Status expect_all_parts(const SignedModel& model, const std::map<std::string, uint64_t>& found,
                        const system::Path& folder, system::Files& files) {
  std::map<std::string, std::map<uint64_t, std::pair<uint64_t, crypto::Digest>>> by_file;
  for (const ModelResource& one : model.resources) {
    GLASS_TRY(const Part part, part_of(one.name));
    if (!found.contains(part.file)) return differs(part.file, "was signed and is not there");
    if (!by_file[part.file].emplace(part.begin, std::pair{part.end, one.digest}).second)
      return differs(part.file, fmt::format("has two parts that begin at {}", part.begin));
  }
  for (const auto& [file, size] : found) {
    const auto parts = by_file.find(file);
    if (parts != by_file.end())
      GLASS_TRY_STATUS(expect_parts(model, file, size, parts->second, folder, files));
    else if (size > 0)  // an empty file has no part
      return differs(file, "is not signed");
  }
  return {};
}

}  // namespace

Status expect_signed_files(const SignedModel& model, const system::Path& folder,
                           system::Files& files, DigestOf digest_of) {
  GLASS_TRY(const auto found, files_to_sign(model, folder, files));
  if (model.shard_bytes == 0) return expect_whole_files(model, found, digest_of);
  return expect_all_parts(model, found, folder, files);
}

}  // namespace glass::record
