#include "glass/service/release/internal/staged_release.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

class Staged : public testing::Test {
 protected:
  [[nodiscard]] Result<StagedRelease> begin() {
    return StagedRelease::begin(files_, parallel_, target_);
  }

  [[nodiscard]] std::vector<std::string> below() {
    return system::files_below(files_, temporary_.path()).value();
  }

  system::TemporaryFolder temporary_;
  system::Files& files_ = system::posix_files();
  system::Path target_ = temporary_ / "release";
  system::Path place_ = temporary_ / ".release.glass-release";
  SerialParallel parallel_;
};

TEST_F(Staged, KnowsWhatItHoldsByDigestAndAppearsAtOnce) {
  auto release = begin();
  ASSERT_TRUE(release) << release.error().message;
  ASSERT_TRUE(release->write("a/b.txt", "text"));
  ASSERT_TRUE(release->write("empty", ""));
  EXPECT_EQ(files_.read_text(release->path("a/b.txt")), "text");
  EXPECT_EQ(release->files().at("a/b.txt").digest, crypto::sha256("text"));
  EXPECT_EQ(release->files().at("a/b.txt").bytes, 4U);
  EXPECT_EQ(release->files().at("empty").digest, crypto::sha256(""));
  const system::Path other = release->new_path("other").value();
  ASSERT_TRUE(files_.write_atomic(other, as_bytes(std::string("by others"))));
  ASSERT_TRUE(release->adopt("other"));
  EXPECT_EQ(release->files().at("other").digest, crypto::sha256("by others"));
  ASSERT_TRUE(release->discard("empty"));
  ASSERT_TRUE(release->discard("never there"));
  EXPECT_FALSE(files_.exists(target_));
  ASSERT_TRUE(release->publish());
  EXPECT_EQ(system::files_below(files_, target_), (std::vector<std::string>{"a/b.txt", "other"}));
}

TEST_F(Staged, LeavesNothingBesideTheTarget) {
  {
    auto release = begin();
    ASSERT_TRUE(release->write("a/b.txt", "text"));
  }
  EXPECT_TRUE(below().empty());
  {
    auto release = begin();
    ASSERT_TRUE(release->write("a", "text"));
    ASSERT_TRUE(release->publish());
  }
  EXPECT_EQ(below(), std::vector<std::string>{"release/a"});
}

TEST_F(Staged, CopiesWhatHasTheRecordedDigestAlone) {
  const system::Path from = temporary_ / "from";
  ASSERT_TRUE(files_.write_atomic(from, as_bytes(std::string("weights"))));
  auto release = begin();
  ASSERT_TRUE(release->copy(from, "model", crypto::sha256("weights")));
  ASSERT_TRUE(release->copy(from, "again", {}));
  EXPECT_EQ(files_.read_text(release->path("model")), "weights");
  const Status other = release->copy(from, "third", crypto::sha256("other weights"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kMismatch);
}

TEST_F(Staged, NoFileLeavesItIsHiddenOrIsThereTwice) {
  const system::Path from = temporary_ / "from";
  ASSERT_TRUE(files_.write_atomic(from, as_bytes(std::string("weights"))));
  auto release = begin();
  ASSERT_TRUE(release->write("twice", "1"));
  const std::vector<std::string> before = below();
  for (const std::string name :
       {"../../pwn", "/tmp/pwn", "a\nb", "a\x1b[2J", "a\\b", "a\xff", "", "twice"}) {
    EXPECT_EQ(release->write(name, "x").error().code, ErrorCode::kInvalidInput) << name;
    EXPECT_EQ(release->copy(from, name, {}).error().code, ErrorCode::kInvalidInput) << name;
    EXPECT_EQ(release->adopt(name).error().code, ErrorCode::kInvalidInput) << name;
    EXPECT_FALSE(release->new_path(name)) << name;
  }
  EXPECT_EQ(below(), before);
  EXPECT_EQ(files_.read_text(release->path("twice")), "1");
}

TEST_F(Staged, OfTwoToOneTargetTheSecondIsRefused) {
  auto first = begin();
  ASSERT_TRUE(first->write("a", "first"));
  const auto second = begin();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kRefused);
  ASSERT_TRUE(first->publish());
  EXPECT_EQ(files_.read_text(target_ / "a"), "first");
  EXPECT_EQ(begin().error().code, ErrorCode::kRefused);
}

TEST_F(Staged, WhatAppearedMeanwhileIsNotReplaced) {
  auto release = begin();
  ASSERT_TRUE(release->write("a", "text"));
  ASSERT_TRUE(files_.make_folders(target_));
  const Status late = release->publish();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kRefused);
  EXPECT_TRUE(files_.list(target_)->empty());
}

TEST_F(Staged, BeginsAnewWhereAKillLeftSomething) {
  ASSERT_TRUE(files_.make_folders(place_ / "release"));
  ASSERT_TRUE(files_.write_atomic(place_ / ".lock", as_bytes(std::string("1"))));
  ASSERT_TRUE(files_.write_atomic(place_ / "release/left", as_bytes(std::string("by a kill"))));
  const auto release = begin();
  ASSERT_TRUE(release) << release.error().message;
  EXPECT_FALSE(files_.exists(release->path("left")));
  EXPECT_TRUE(release->files().empty());
}

TEST_F(Staged, WhatIsNotOursStays) {
  ASSERT_TRUE(files_.make_folders(temporary_ / "release.part"));
  ASSERT_TRUE(
      files_.write_atomic(temporary_ / "release.part/mine", as_bytes(std::string("a user's"))));
  ASSERT_TRUE(files_.make_folders(place_));
  ASSERT_TRUE(files_.write_atomic(place_ / "mine", as_bytes(std::string("a user's"))));
  const auto release = begin();
  ASSERT_FALSE(release);
  EXPECT_EQ(release.error().code, ErrorCode::kRefused);
  EXPECT_EQ(below(),
            (std::vector<std::string>{".release.glass-release/mine", "release.part/mine"}));
  ASSERT_TRUE(files_.remove_all(place_));
  ASSERT_TRUE(begin());
  EXPECT_EQ(below(), std::vector<std::string>{"release.part/mine"});
}

TEST_F(Staged, ATargetIsANewNameOfAFolder) {
  EXPECT_EQ(release_target(files_, target_ / ""), target_);
  EXPECT_EQ(release_target(files_, system::Path(target_.string() + "//")), target_);
  EXPECT_EQ(release_target(files_, "new/"), system::Path("new"));
  ASSERT_TRUE(files_.make_folders(temporary_ / "folder"));
  std::filesystem::create_symlink("nowhere", temporary_ / "dangling");
  for (const char* taken : {"folder", "folder/", "dangling", "dangling/", "folder/..", "."})
    EXPECT_EQ(release_target(files_, temporary_ / taken).error().code, ErrorCode::kRefused)
        << taken;
  EXPECT_EQ(release_target(files_, "/").error().code, ErrorCode::kRefused);
  for (const char* none : {"", "absent/.", "absent/.."})
    EXPECT_EQ(release_target(files_, none).error().code, ErrorCode::kInvalidInput) << none;
}

}  // namespace
}  // namespace glass::service
