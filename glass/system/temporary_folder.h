// TemporaryFolder: an empty folder of one's own that is removed with the object. For tests and
// tools; what must survive a crash is staged beside its target instead (Files::publish).
#pragma once

#include <memory>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::system {

class TemporaryFolder {
 public:
  // Below $TMPDIR, or /tmp. Stops the program if no folder can be made there.
  TemporaryFolder();

  // For what may be large: below $TMPDIR, or /var/tmp, since /tmp may be memory.
  [[nodiscard]] static Result<std::unique_ptr<TemporaryFolder>> on_disk();

  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const Path& path() const { return path_; }

 private:
  explicit TemporaryFolder(Path path);

  Path path_;
};

// folder / name
inline Path operator/(const TemporaryFolder& folder, const Path& name) {
  return folder.path() / name;
}

}  // namespace glass::system
