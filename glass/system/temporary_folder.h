// TemporaryFolder: an empty folder of one's own that is removed with the object. For tests and
// tools; what must survive a crash is staged beside its target instead (Files::publish).
#pragma once

#include "glass/system/files.h"

namespace glass::system {

class TemporaryFolder {
 public:
  // Below $TMPDIR, or /tmp. Stops the program if no folder can be made there.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const Path& path() const { return path_; }

 private:
  Path path_;
};

// folder / name
inline Path operator/(const TemporaryFolder& folder, const Path& name) {
  return folder.path() / name;
}

}  // namespace glass::system
