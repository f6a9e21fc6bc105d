#include "glass/testkit/test_files.h"

#include <cstdlib>

namespace glass::testkit {

std::filesystem::path source_file(std::string_view name) {
  return std::filesystem::path(GLASS_SOURCE_DIR) / name;
}

std::filesystem::path shared_file(std::string_view name) {
  const char* const named = std::getenv("GLASS_SHARED");
  return std::filesystem::path(named != nullptr ? named : GLASS_SHARED_DIR) / name;
}

}  // namespace glass::testkit
