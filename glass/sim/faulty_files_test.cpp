#include "glass/sim/faulty_files.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "glass/system/temporary_folder.h"

namespace glass::sim {
namespace {

class FaultyFilesTest : public testing::Test {
 protected:
  system::TemporaryFolder folder_;
  FaultyFiles files_{system::posix_files()};
  system::Path file_ = folder_ / "file";

  std::string text() { return files_.read_text(file_).value_or("(absent)"); }
};

TEST_F(FaultyFilesTest, WithoutAFailureItIsTheRealOne) {
  ASSERT_TRUE(files_.write_atomic(file_, as_bytes("one")));
  EXPECT_EQ(text(), "one");
  const auto appender = files_.append(file_, 3).value();
  ASSERT_TRUE(appender->append(as_bytes(" two")));
  ASSERT_TRUE(appender->sync());
  ASSERT_TRUE(appender->close());
  EXPECT_EQ(text(), "one two");
  EXPECT_EQ(files_.operations(), 5);
}

TEST_F(FaultyFilesTest, OnlyTheNthOperationFails) {
  files_.fail_at({.operation = 2});
  EXPECT_TRUE(files_.write_atomic(file_, as_bytes("one")));
  const auto failed = files_.write_atomic(file_, as_bytes("two"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kIo);
  EXPECT_NE(failed.error().message.find("disk full"), std::string::npos);
  EXPECT_NE(failed.error().message.find(file_.string()), std::string::npos);
  EXPECT_EQ(text(), "one");
  EXPECT_TRUE(files_.write_atomic(file_, as_bytes("three")));
  EXPECT_EQ(text(), "three");
}

TEST_F(FaultyFilesTest, ADiskThatStaysFullRefusesEverything) {
  const auto open = files_.create(file_).value();
  files_.fail_at({.operation = 1, .for_good = true});
  EXPECT_FALSE(open->append(as_bytes("x")));
  EXPECT_FALSE(open->sync());
  EXPECT_FALSE(open->close());
  EXPECT_FALSE(files_.write_atomic(file_, {}));
  EXPECT_FALSE(files_.write_private(file_, {}));
  EXPECT_FALSE(files_.create(file_));
  EXPECT_FALSE(files_.append(file_, 0));
  EXPECT_FALSE(files_.make_folders(folder_ / "a"));
  EXPECT_FALSE(files_.publish(file_, folder_ / "b"));
  EXPECT_FALSE(files_.remove_all(file_));
  EXPECT_FALSE(files_.lock(folder_.path()));
  EXPECT_EQ(files_.operations(), 11);
  EXPECT_EQ(text(), "");
  files_.fail_never();
  EXPECT_TRUE(files_.remove_all(file_));
}

TEST_F(FaultyFilesTest, AShortWriteLeavesHalf) {
  const auto open = files_.create(file_).value();
  files_.fail_at({.operation = 1, .short_write = true});
  EXPECT_FALSE(open->append(as_bytes("abcdef")));
  EXPECT_EQ(text(), "abc");
}

}  // namespace
}  // namespace glass::sim
