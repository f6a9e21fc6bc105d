// Folders of files: everything below a folder, in one order that depends on the names alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::data {

struct FolderFile {
  std::string path;  // below the folder, with '/'
  uint64_t size_bytes;
};

struct FolderListing {
  std::vector<FolderFile> files;    // by code point of their paths
  std::vector<std::string> links;   // symbolic links, which are not followed
  std::vector<std::string> hidden;  // files and folders whose names begin with '.', left out
};

// kInvalidInput, naming the folder, if there is none.
[[nodiscard]] Result<FolderListing> list_folder(system::Files& files, const system::Path& folder);

}  // namespace glass::data
