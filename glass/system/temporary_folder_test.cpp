#include "glass/system/temporary_folder.h"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::system {
namespace {

TEST(TemporaryFolder, IsRemovedWithAllThatIsInIt) {
  Path path;
  {
    const auto folder = TemporaryFolder::on_disk();
    ASSERT_TRUE(folder) << folder.error().message;
    path = (*folder)->path();
    ASSERT_TRUE(posix_files().make_folders(path / "a"));
    ASSERT_TRUE(posix_files().write_atomic(path / "a/b", as_bytes("text")));
  }
  EXPECT_FALSE(posix_files().exists(path));
}

TEST(TemporaryFolder, WhereNoneCanBeIsAnError) {
  ::setenv("TMPDIR", "/nowhere", 1);
  const auto folder = TemporaryFolder::on_disk();
  ::unsetenv("TMPDIR");
  ASSERT_FALSE(folder);
  EXPECT_NE(folder.error().message.find("/nowhere/glass-"), std::string::npos)
      << folder.error().message;
}

}  // namespace
}  // namespace glass::system
