#include "glass/service/release/internal/staged_release.h"

#include <string>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

class Staged : public testing::Test {
 protected:
  system::TemporaryFolder temporary_;
  system::Files& files_ = system::posix_files();
  system::Path folder_ = temporary_ / "release.part";
  SerialParallel parallel_;
  StagedRelease release_ = StagedRelease::begin(files_, parallel_, folder_).value();
};

TEST_F(Staged, KnowsWhatItHoldsByDigest) {
  ASSERT_TRUE(release_.write("a/b.txt", "text"));
  ASSERT_TRUE(release_.write("empty", ""));
  EXPECT_EQ(files_.read_text(folder_ / "a/b.txt"), "text");
  EXPECT_EQ(release_.files().at("a/b.txt").digest, crypto::sha256("text"));
  EXPECT_EQ(release_.files().at("a/b.txt").bytes, 4U);
  EXPECT_EQ(release_.files().at("empty").digest, crypto::sha256(""));
  ASSERT_TRUE(files_.write_atomic(release_.path("other"), as_bytes(std::string("by others"))));
  ASSERT_TRUE(release_.adopt("other"));
  EXPECT_EQ(release_.files().at("other").digest, crypto::sha256("by others"));
}

TEST_F(Staged, CopiesWhatHasTheRecordedDigestAlone) {
  const system::Path from = temporary_ / "from";
  ASSERT_TRUE(files_.write_atomic(from, as_bytes(std::string("weights"))));
  ASSERT_TRUE(release_.copy(from, "model", crypto::sha256("weights")));
  ASSERT_TRUE(release_.copy(from, "again", {}));
  EXPECT_EQ(files_.read_text(folder_ / "model"), "weights");
  const Status other = release_.copy(from, "third", crypto::sha256("other weights"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kMismatch);
}

TEST_F(Staged, BeginsAnew) {
  ASSERT_TRUE(release_.write("left", "by a kill"));
  const auto again = StagedRelease::begin(files_, parallel_, folder_);
  ASSERT_TRUE(again);
  EXPECT_FALSE(files_.exists(folder_ / "left"));
  EXPECT_TRUE(again->files().empty());
}

}  // namespace
}  // namespace glass::service
