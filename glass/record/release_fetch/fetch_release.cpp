#include "glass/record/release_fetch/fetch_release.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/model_signing/model_signature.h"
#include "glass/record/release/hash_file.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/release_fetch/internal/web_files.h"
#include "glass/record/release_fetch/release_sums.h"
#include "glass/record/release_fetch/release_url.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"

namespace glass::record {
namespace {

// No file of a release is hidden, so none is called so.
constexpr std::string_view kFetchFolder = ".fetch";

// What the server says that the release is.
struct Offer {
  std::vector<ListedFile> files;              // as SHA256SUMS lists them
  std::map<std::string, std::string> covers;  // SHA256SUMS and model.sig: what covers the files
};

Result<Offer> read_offer(WebFiles& web, const std::string& url) {
  Offer offer;
  const std::string sums_url = file_url(url, kReleaseSumsFile);
  auto sums = web.read_text(kReleaseSumsFile);
  if (!sums && sums.error().code == ErrorCode::kNotFound)
    return invalid_input(fmt::format("{} is no release: {}", url, sums.error().message));
  if (!sums) return tl::unexpected(std::move(sums).error());
  auto listed = parse_release_sums(*sums);
  if (!listed) return in_context(sums_url, std::move(listed).error());
  offer.files = std::move(*listed);
  if (std::ranges::find(offer.files, kReleaseStatementFile, &ListedFile::file) == offer.files.end())
    return invalid_input(fmt::format("{} is no release: its {} does not name {}", url,
                                     kReleaseSumsFile, kReleaseStatementFile));
  offer.covers.emplace(kReleaseSumsFile, std::move(*sums));
  auto signature = web.read_text(kModelSignature);
  if (signature)
    offer.covers.emplace(kModelSignature, std::move(*signature));
  else if (signature.error().code != ErrorCode::kNotFound)
    return tl::unexpected(std::move(signature).error());
  return offer;
}

// One fetch into a folder.
class Fetch {
 public:
  Fetch(system::Files& files, const system::Path& folder, const FetchWatch& watch)
      : files_(files), folder_(folder), watch_(watch) {}

  // Which of the offered files are there already. kRefused if there is anything else.
  Status look(const Offer& offer) {
    std::map<std::string_view, crypto::Digest> wanted;
    for (const ListedFile& listed : offer.files) wanted.emplace(listed.file, listed.digest);
    for (const auto& [file, text] : offer.covers) wanted.emplace(file, crypto::sha256(text));
    if (!files_.exists(folder_)) return {};
    GLASS_TRY(const std::vector<system::Entry> entries, system::entries_below(files_, folder_));
    for (const system::Entry& entry : entries) {
      if (entry.name.starts_with(fmt::format("{}/", kFetchFolder))) continue;
      const auto found = wanted.find(entry.name);
      if (found == wanted.end() || entry.kind != system::Entry::Kind::kFile)
        return refuse(entry.name, "is not part of the release");
      watch_.tell(fmt::format("reading {}", entry.name));
      crypto::Sha256 hash;
      GLASS_TRY_STATUS(hash_file(files_, folder_ / entry.name, watch_.interrupted, hash));
      if (hash.finish() != found->second)
        return refuse(entry.name, "is another file than the release's");
      present_.insert(entry.name);
    }
    return {};
  }

  Status lock() {
    GLASS_TRY_STATUS(files_.make_folders(aside()));
    GLASS_TRY(lock_, files_.lock(aside()));
    return {};
  }

  Status bring(WebFiles& web, const ListedFile& listed, std::string_view place) {
    if (present_.contains(listed.file)) return {};
    const system::Path part = aside() / to_hex(listed.digest.bytes);
    if (Status fetched = web.fetch(listed, part, place); !fetched) {
      if (fetched.error().code != ErrorCode::kNotFound) return fetched;
      return fail(ErrorCode::kMismatch, fmt::format("{}, but {} there names the file",
                                                    fetched.error().message, kReleaseSumsFile));
    }
    const system::Path target = folder_ / listed.file;
    GLASS_TRY_STATUS(files_.make_folders(target.parent_path()));
    return files_.publish(part, target);
  }

  Status write(const std::string& file, std::string_view text) {
    if (present_.contains(file)) return {};
    const system::Path part = aside() / file;
    GLASS_TRY(const auto out, files_.create(part));
    GLASS_TRY_STATUS(out->append(as_bytes(text)));
    GLASS_TRY_STATUS(out->close());
    return files_.publish(part, folder_ / file);
  }

  Status end() { return files_.remove_all(aside()); }

 private:
  [[nodiscard]] system::Path aside() const { return folder_ / kFetchFolder; }

  [[nodiscard]] tl::unexpected<Error> refuse(const std::string& file, std::string_view why) const {
    return fail(ErrorCode::kRefused,
                fmt::format("{} {} and would not be overwritten; name another folder, or move it "
                            "away",
                            system::path_text(folder_ / file), why));
  }

  system::Files& files_;
  const system::Path& folder_;
  const FetchWatch& watch_;
  std::unique_ptr<system::FolderLock> lock_;
  std::set<std::string, std::less<>> present_;
};

}  // namespace

Status fetch_release(system::Files& files, const std::string& url, const system::Path& folder,
                     const FetchWatch& watch, const FetchLimits& limits) {
  WebFiles web(files, url, watch, limits);
  GLASS_TRY(const Offer offer, read_offer(web, url));
  Fetch fetch(files, folder, watch);
  GLASS_TRY_STATUS(fetch.look(offer));
  GLASS_TRY_STATUS(fetch.lock());
  for (size_t i = 0; i < offer.files.size(); ++i) {
    const ListedFile& listed = offer.files[i];
    GLASS_TRY_STATUS(fetch.bring(
        web, listed, fmt::format("file {} of {}: {}", i + 1, offer.files.size(), listed.file)));
  }
  for (const auto& [file, text] : offer.covers) GLASS_TRY_STATUS(fetch.write(file, text));
  return fetch.end();
}

}  // namespace glass::record
