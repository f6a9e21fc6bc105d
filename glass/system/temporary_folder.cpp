#include "glass/system/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/system/files.h"
#include "glass/system/internal/posix_error.h"

namespace glass::system {
namespace {

// Where the user wants it, or else there.
std::string pattern_below(const char* place) {
  const char* wanted = std::getenv("TMPDIR");
  return std::string(wanted != nullptr ? wanted : place) + "/glass-XXXXXX";
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = pattern_below("/tmp");
  GLASS_CHECK(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::TemporaryFolder(Path path) : path_(std::move(path)) {}

Result<std::unique_ptr<TemporaryFolder>> TemporaryFolder::on_disk() {
  std::string name = pattern_below("/var/tmp");
  if (::mkdtemp(name.data()) == nullptr) return posix_error(errno, "make the folder", name);
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(name));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace glass::system
