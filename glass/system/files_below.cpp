#include "glass/system/files_below.h"

#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::system {
namespace {

Status add_files(Files& files, const Path& folder, const std::string& prefix,
                 std::vector<std::string>& found) {
  GLASS_TRY(const std::vector<Entry> entries, files.list(folder));
  for (const Entry& entry : entries) {
    const std::string path = prefix + entry.name;
    if (entry.kind == Entry::Kind::kFolder)
      GLASS_TRY_STATUS(add_files(files, folder / entry.name, path + "/", found));
    else
      found.push_back(path);
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> files_below(Files& files, const Path& folder) {
  std::vector<std::string> found;
  GLASS_TRY_STATUS(add_files(files, folder, "", found));
  return found;
}

}  // namespace glass::system
