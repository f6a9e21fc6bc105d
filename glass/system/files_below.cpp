#include "glass/system/files_below.h"

#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::system {
namespace {

Status add_entries(Files& files, const Path& folder, const std::string& prefix,
                   std::vector<Entry>& found) {
  GLASS_TRY(const std::vector<Entry> entries, files.list(folder));
  for (const Entry& entry : entries) {
    const std::string path = prefix + entry.name;
    if (entry.kind == Entry::Kind::kFolder)
      GLASS_TRY_STATUS(add_entries(files, folder / entry.name, path + "/", found));
    else
      found.push_back({path, entry.kind, entry.size_bytes});
  }
  return {};
}

}  // namespace

Result<std::vector<Entry>> entries_below(Files& files, const Path& folder) {
  std::vector<Entry> found;
  GLASS_TRY_STATUS(add_entries(files, folder, "", found));
  return found;
}

Result<std::vector<std::string>> files_below(Files& files, const Path& folder) {
  GLASS_TRY(const std::vector<Entry> entries, entries_below(files, folder));
  std::vector<std::string> paths;
  for (const Entry& entry : entries) paths.push_back(entry.name);
  return paths;
}

}  // namespace glass::system
