// Test files: where the data of tests lies. Only tests may include this.
#pragma once

#include <filesystem>
#include <string_view>

namespace glass::testkit {

// A file of the source tree, such as "tests/golden/statement.json".
std::filesystem::path source_file(std::string_view name);

// A file or folder of the optional data that lies beside the checkout, or where GLASS_SHARED says,
// such as "assets/models/stories260K". It may not be there: GLASS_SKIP_WITHOUT.
std::filesystem::path shared_file(std::string_view name);

}  // namespace glass::testkit

// Ends the test as skipped, visibly, when `path` does not exist.
#define GLASS_SKIP_WITHOUT(path) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << (path) << " is not there"
