#include "glass/data/ingest/folder.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

namespace glass::data {
namespace {

constexpr int kDepthLimit = 64;

Status walk(system::Files& files, const system::Path& folder, const std::string& prefix, int depth,
            FolderListing& out) {
  if (depth > kDepthLimit)
    return fail(ErrorCode::kInvalidInput, fmt::format("{}: folders are nested more than {} deep",
                                                      folder.string(), kDepthLimit));
  GLASS_TRY(const std::vector<system::Entry> entries, files.list(folder));
  for (const system::Entry& entry : entries) {
    const std::string path = prefix + entry.name;
    if (entry.name.starts_with('.')) {
      out.hidden.push_back(path);
    } else if (entry.kind == system::Entry::Kind::kFolder) {
      GLASS_TRY_STATUS(walk(files, folder / entry.name, path + "/", depth + 1, out));
    } else if (entry.kind == system::Entry::Kind::kLink) {
      out.links.push_back(path);
    } else if (entry.kind == system::Entry::Kind::kFile) {
      out.files.push_back({.path = path, .size_bytes = entry.size_bytes});
    }
  }
  return {};
}

}  // namespace

Result<FolderListing> list_folder(system::Files& files, const system::Path& folder) {
  if (!files.exists(folder))
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("there is no folder {}; correct the path in the recipe", folder.string()));
  FolderListing out;
  GLASS_TRY_STATUS(walk(files, folder, "", 0, out));
  std::ranges::sort(out.files, {}, &FolderFile::path);
  std::ranges::sort(out.links);
  std::ranges::sort(out.hidden);
  return out;
}

}  // namespace glass::data
