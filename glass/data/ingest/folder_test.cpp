#include "glass/data/ingest/folder.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::data {
namespace {

TEST(Folder, FilesComeByTheirPathsAndLinksAreNotFollowed) {
  const system::TemporaryFolder folder;
  system::Files& files = system::posix_files();
  ASSERT_TRUE(files.make_folders(folder / "a" / "deep").has_value());
  for (const char* const name : {"a/deep/x", "a.txt", "b", ".hidden"})
    ASSERT_TRUE(files.write_atomic(folder / name, as_bytes("text")).has_value());
  std::filesystem::create_symlink("b", folder / "link");
  std::filesystem::create_directory_symlink("..", folder / "a" / "loop");
  const auto listing = list_folder(files, folder.path());
  ASSERT_TRUE(listing.has_value()) << listing.error().message;
  std::vector<std::string> paths;
  for (const FolderFile& file : listing->files) paths.push_back(file.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"a.txt", "a/deep/x", "b"}));
  EXPECT_EQ(listing->files[0].size_bytes, 4U);
  EXPECT_EQ(listing->links, (std::vector<std::string>{"a/loop", "link"}));
  EXPECT_EQ(listing->hidden, (std::vector<std::string>{".hidden"}));
}

TEST(Folder, AMissingFolderIsTheRecipesMistake) {
  const auto listing = list_folder(system::posix_files(), "/no/such/folder");
  ASSERT_FALSE(listing.has_value());
  EXPECT_EQ(listing.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(listing.error().message,
            "there is no folder /no/such/folder; correct the path in the recipe");
}

}  // namespace
}  // namespace glass::data
