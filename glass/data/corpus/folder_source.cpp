// Units of folders: blocks of files in the order of their paths.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/units_text.h"
#include "glass/data/corpus/internal/unit.h"
#include "glass/data/ingest/decompress.h"
#include "glass/data/ingest/file_kind.h"
#include "glass/data/ingest/folder.h"
#include "glass/data/ingest/text_rule.h"

namespace glass::data {
namespace {

// A block ends where this is exceeded; fixed, so that results cannot depend on the workers.
constexpr uint64_t kBlockBytes = uint64_t{8} << 20;
constexpr uint64_t kFolderFileLimit = uint64_t{1} << 30;

class FolderBlockReader {
 public:
  FolderBlockReader(const UnitContext& context, const CorpusSource& source,
                    const FolderSource& folder)
      : context_(context), folder_(folder), collector_(context, source.name) {}

  Result<UnitResult> read(const std::vector<FolderFile>& files) {
    for (const FolderFile& file : files) GLASS_TRY_STATUS(read_file(file));
    return collector_.finish();
  }

 private:
  Status read_file(const FolderFile& file) {
    collector_.count_in(file.size_bytes);
    const auto kind = file_kind(file.path);
    if (!kind) return dropped(file, "no-text-rule");
    if (!folder_.include_tests && is_test_path(file.path)) return dropped(file, "test");
    if (file.size_bytes > kFolderFileLimit)
      return dropped(file, "too-large", "the limit is " + bytes_text(kFolderFileLimit));
    auto bytes = context_.services.files.read(folder_.folder / file.path);
    if (!bytes) {
      const bool vanished = bytes.error().code == ErrorCode::kNotFound;
      return fail(vanished ? ErrorCode::kInvalidInput : bytes.error().code,
                  vanished ? fmt::format("{} vanished while the folder was being read; build the "
                                         "corpus again",
                                         (folder_.folder / file.path).string())
                           : bytes.error().message);
    }
    const auto content = decompress(compression_of(file.path), *bytes, kFolderFileLimit);
    if (!content) return dropped(file, "damaged", content.error().message);
    const std::string_view own = spdx_line(as_text(*content));
    const FileRights rights =
        own.empty() ? rights_of_text(folder_.licence, "declared by the recipe", context_.policy)
                    : rights_of_text(std::string(own), "SPDX-License-Identifier", context_.policy);
    if (!collector_.allow(file.path, rights)) return {};
    auto text = extract_text(kind->rule, as_text(*content));
    if (!text) return dropped(file, text.error().message);
    collector_.add({.path = file.path,
                    .rule = std::string(name(kind->rule)),
                    .language = language_of(file, *kind),
                    .bytes = bytes->size(),
                    .sha256 = crypto::sha256(*bytes)},
                   rights, *std::move(text));
    return {};
  }

  Status dropped(const FolderFile& file, std::string reason, std::string detail = "") {
    collector_.drop(file.path, std::move(reason), std::move(detail));
    return {};
  }

  [[nodiscard]] std::string language_of(const FolderFile& file, const FileKind& kind) const {
    if (kind.rule == TextRule::kCode) return "code/" + kind.code;
    return folder_.language.empty() ? language_tag(language_in_path(file.path)) : folder_.language;
  }

  const UnitContext& context_;
  const FolderSource& folder_;
  UnitCollector collector_;
};

Unit left_out(const UnitContext& context, size_t source, const FolderListing& listing) {
  const std::string& name = context.config.sources[source].name;
  return {.label = name,
          .source = source,
          .read = [&context, name, links = listing.links, hidden = listing.hidden] {
            UnitCollector collector(context, name);
            for (const std::string& path : links) collector.drop(path, "link");
            for (const std::string& path : hidden) collector.drop(path, "hidden");
            return Result<UnitResult>(collector.finish());
          }};
}

}  // namespace

Result<std::vector<Unit>> folder_units(const UnitContext& context, size_t source,
                                       const FolderSource& folder) {
  GLASS_TRY(FolderListing listing, list_folder(context.services.files, folder.folder));
  if (listing.files.empty())
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the folder {} has no files", folder.folder.string()));
  const CorpusSource& description = context.config.sources[source];
  std::vector<Unit> units;
  if (!listing.links.empty() || !listing.hidden.empty())
    units.push_back(left_out(context, source, listing));
  for (size_t begin = 0; begin < listing.files.size();) {
    std::vector<FolderFile> block;
    for (uint64_t bytes = 0; begin < listing.files.size() && bytes < kBlockBytes; ++begin) {
      bytes += listing.files[begin].size_bytes;
      block.push_back(std::move(listing.files[begin]));
    }
    units.push_back({.label = description.name + "/" + block.front().path,
                     .source = source,
                     .read = [&context, &description, &folder, block = std::move(block)] {
                       return FolderBlockReader(context, description, folder).read(block);
                     }});
  }
  return units;
}

}  // namespace glass::data
