// Staged folders: a folder is made aside and appears whole, or not at all.
#pragma once

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::service {

// Replaces `folder` by what fill(staged) writes; `staged` is empty and beside it. After an error
// the folder is what it was.
template <typename Fill>
[[nodiscard]] Status publish_filled(const system::Path& folder, system::Files& files, Fill fill) {
  system::Path staged = folder;
  staged += ".part";
  GLASS_TRY_STATUS(files.remove_all(staged));
  GLASS_TRY_STATUS(files.make_folders(staged));
  GLASS_TRY_STATUS(fill(staged));
  GLASS_TRY_STATUS(files.remove_all(folder));
  return files.publish(staged, folder);
}

}  // namespace glass::service
