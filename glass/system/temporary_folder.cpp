#include "glass/system/temporary_folder.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include "glass/base/check.h"

namespace glass::system {

TemporaryFolder::TemporaryFolder() {
  const char* place = std::getenv("TMPDIR");
  std::string name = std::string(place != nullptr ? place : "/tmp") + "/glass-XXXXXX";
  GLASS_CHECK(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace glass::system
