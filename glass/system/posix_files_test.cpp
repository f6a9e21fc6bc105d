#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/check.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::system {
namespace {

class PosixFilesTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  Files& files_ = posix_files();
  Path file_ = folder_ / "file";

  std::string text() { return files_.read_text(file_).value_or("(absent)"); }

  std::vector<std::string> names() {
    std::vector<std::string> names;
    const auto entries = files_.list(folder_.path()).value();
    for (const Entry& entry : entries) names.push_back(entry.name);
    return names;
  }
};

TEST_F(PosixFilesTest, WriteAtomicCreatesAndReplaces) {
  ASSERT_TRUE(files_.write_atomic(file_, as_bytes("one, which is longer")));
  ASSERT_TRUE(files_.write_atomic(file_, as_bytes("two")));
  EXPECT_EQ(text(), "two");
  EXPECT_EQ(names(), std::vector<std::string>{"file"});  // nothing is left aside
}

TEST_F(PosixFilesTest, WriteAtomicTakesOverWhatAKillLeftAside) {
  const Path aside = folder_ / ".file.partial";
  ASSERT_TRUE(files_.create(aside).value()->append(as_bytes("half of something longer")));
  ASSERT_TRUE(files_.write_atomic(file_, as_bytes("whole")));
  EXPECT_EQ(text(), "whole");
  EXPECT_FALSE(files_.exists(aside));
}

TEST_F(PosixFilesTest, AFailedWriteAtomicLeavesTheOldFileAndNothingElse) {
  ASSERT_TRUE(files_.make_folders(file_));
  const auto status = files_.write_atomic(file_, as_bytes("x"));  // a folder is in the way
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("it is a folder"), std::string::npos);
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(PosixFilesTest, WritersOfOneFileNeverMix) {
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    writers.emplace_back([this, letter] {
      for (int i = 0; i < 5; ++i) {
        GLASS_CHECK(files_.write_atomic(file_, as_bytes(std::string(100'000, letter))));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::string last = text();
  EXPECT_EQ(last, std::string(100'000, last[0]));
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(PosixFilesTest, AKillInTheMiddleOfWriteAtomicLeavesOneOfTheTwoVersions) {
  constexpr size_t kSize = 500'000;
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(files_.write_atomic(file_, as_bytes("before")));
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (int i = 0;; ++i) {
        const char letter = static_cast<char>('a' + i % 26);
        if (!files_.write_atomic(file_, as_bytes(std::string(kSize, letter)))) ::_exit(1);
        if (i == 0 && ::write(pipe[1], "+", 1) != 1) ::_exit(2);
      }
    }
    char written = 0;
    ASSERT_EQ(::read(pipe[0], &written, 1), 1);  // it is in the midst of the second write or later
    ::usleep(static_cast<useconds_t>(500 * round));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    const std::string after = text();
    ASSERT_EQ(after, std::string(kSize, after[0])) << "round " << round;
  }
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(PosixFilesTest, AppendContinuesAfterTheBytesKept) {
  ASSERT_TRUE(files_.write_atomic(file_, as_bytes("keep this and drop that")));
  const auto appender = files_.append(file_, 9).value();
  ASSERT_TRUE(appender->append(as_bytes(", too")));
  ASSERT_TRUE(appender->sync());
  ASSERT_TRUE(appender->close());
  EXPECT_EQ(text(), "keep this, too");
  EXPECT_EQ(files_.append(file_, 100).error().code, ErrorCode::kCorruption);
  EXPECT_EQ(files_.append(folder_ / "absent", 1).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(files_.append(folder_ / "absent", 0));
}

TEST_F(PosixFilesTest, ReadsMapsAndMeasuresTheSame) {
  const std::string bytes(3'000'000, 'x');
  ASSERT_TRUE(files_.write_atomic(file_, as_bytes(bytes)));
  EXPECT_EQ(text(), bytes);
  EXPECT_EQ(as_text(files_.map(file_).value()->bytes()), bytes);
  EXPECT_EQ(files_.size_bytes(file_).value(), bytes.size());
  ASSERT_TRUE(files_.write_atomic(file_, {}));
  EXPECT_TRUE(files_.map(file_).value()->bytes().empty());
  EXPECT_TRUE(files_.read(file_).value().empty());
  EXPECT_GT(files_.read("/proc/self/status").value().size(), 100U);  // a file that tells no size
}

TEST_F(PosixFilesTest, ListIsSortedByCodePointsAndKnowsKinds) {
  ASSERT_TRUE(files_.write_atomic(folder_ / "b", as_bytes("12345")));
  ASSERT_TRUE(files_.write_atomic(folder_ / "B", {}));
  ASSERT_TRUE(files_.write_atomic(folder_ / "ä", {}));
  ASSERT_TRUE(files_.make_folders(folder_ / "a/deep/er"));
  ASSERT_EQ(::symlink("nowhere", (folder_ / "c").c_str()), 0);
  ASSERT_EQ(::mkfifo((folder_ / "d").c_str(), 0600), 0);
  EXPECT_EQ(names(), (std::vector<std::string>{"B", "a", "b", "c", "d", "ä"}));
  const auto entries = files_.list(folder_.path()).value();
  EXPECT_EQ(entries[1].kind, Entry::Kind::kFolder);
  EXPECT_EQ(entries[2].kind, Entry::Kind::kFile);
  EXPECT_EQ(entries[2].size_bytes, 5U);
  EXPECT_EQ(entries[3].kind, Entry::Kind::kLink);
  EXPECT_EQ(entries[4].kind, Entry::Kind::kOther);
}

TEST_F(PosixFilesTest, PublishMovesAFolderOrReplacesAFile) {
  ASSERT_TRUE(files_.make_folders(folder_ / "staged/inner"));
  ASSERT_TRUE(files_.create(folder_ / "staged/inner/x").value()->append(as_bytes("data")));
  ASSERT_TRUE(files_.publish(folder_ / "staged", folder_ / "done"));
  EXPECT_EQ(files_.read_text(folder_ / "done/inner/x").value(), "data");
  EXPECT_FALSE(files_.exists(folder_ / "staged"));
  ASSERT_TRUE(files_.write_atomic(file_, as_bytes("old")));
  ASSERT_TRUE(files_.publish(folder_ / "done/inner/x", file_));
  EXPECT_EQ(text(), "data");
  EXPECT_EQ(files_.publish(folder_ / "absent", file_).error().code, ErrorCode::kNotFound);
}

TEST_F(PosixFilesTest, FoldersAreMadeOnceAndNeverInPlaceOfAFile) {
  EXPECT_TRUE(files_.make_folders(folder_ / "a/b/"));
  EXPECT_TRUE(files_.make_folders(folder_ / "a/b"));
  ASSERT_TRUE(files_.write_atomic(file_, {}));
  EXPECT_FALSE(files_.make_folders(file_));
  EXPECT_FALSE(files_.make_folders(file_ / "below"));
  EXPECT_TRUE(files_.remove_all(folder_ / "a"));
  EXPECT_FALSE(files_.exists(folder_ / "a"));
  EXPECT_TRUE(files_.remove_all(folder_ / "a"));
}

TEST_F(PosixFilesTest, AbsenceIsToldWithThePath) {
  const auto read = files_.read(file_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read.error().message,
            "cannot read " + file_.string() + ": it, or a folder on the way to it, is missing");
  EXPECT_EQ(files_.write_atomic(file_ / "x", {}).error().message,
            "cannot write " + file_.string() + "/x: it, or a folder on the way to it, is missing");
  EXPECT_EQ(files_.map(file_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(files_.list(file_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(files_.read(folder_.path()).error().code, ErrorCode::kInvalidInput);
}

TEST_F(PosixFilesTest, AFullDiskIsToldWithTheWayOut) {
  if (!files_.exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full here";
  const auto full = files_.create("/dev/full").value();  // a device that is always full
  const auto status = full->append(as_bytes(std::string(5000, 'x')));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_TRUE(
      status.error().message.starts_with("cannot write /dev/full: disk full (5.0 kB needed, "))
      << status.error().message;
  EXPECT_TRUE(status.error().message.ends_with("Free space there and run again"));
}

TEST_F(PosixFilesTest, PathsInMessagesAreValidUtf8) {
  EXPECT_EQ(path_text("/tmp/\xFF\xFEx/ä"), "/tmp/??x/ä");
}

TEST_F(PosixFilesTest, FreeBytesAreThoseOfTheFileSystem) {
  EXPECT_GT(files_.free_bytes(folder_.path()).value(), 0U);
  EXPECT_FALSE(files_.free_bytes(folder_ / "absent"));
}

// Whoever runs the tests as root would be allowed everything: acts as "nobody" meanwhile.
class AsNobody {
 public:
  AsNobody() {
    if (user_ == 0) GLASS_CHECK(::seteuid(65534) == 0);
  }

  ~AsNobody() { GLASS_CHECK(::seteuid(user_) == 0); }

  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  uid_t user_ = ::geteuid();
};

TEST_F(PosixFilesTest, AReadOnlyFolderRefusesEveryChangeAndKeepsItsFiles) {
  ASSERT_TRUE(files_.write_atomic(file_, as_bytes("old")));
  ASSERT_EQ(::chmod(file_.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0555), 0);
  {
    const AsNobody as_nobody;
    for (const Status& status :
         {files_.write_atomic(file_, as_bytes("new")), files_.make_folders(folder_ / "sub"),
          files_.publish(file_, folder_ / "moved"), files_.remove_all(file_),
          files_.write_private(folder_ / "secret", {}), files_.create(file_).map([](auto&&) {}),
          files_.append(file_, 0).map([](auto&&) {}),
          files_.lock(folder_.path()).map([](auto&&) {})}) {
      ASSERT_FALSE(status);
      EXPECT_EQ(status.error().code, ErrorCode::kIo);
      EXPECT_NE(status.error().message.find(folder_.path().string()), std::string::npos);
      EXPECT_NE(status.error().message.find("permission denied. Change"), std::string::npos)
          << status.error().message;
    }
  }
  EXPECT_EQ(text(), "old");
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(PosixFilesTest, SecretsAreReadableByTheirOwnerAloneAndNeverReplaced) {
  ASSERT_TRUE(files_.write_private(file_, as_bytes("secret")));

  struct stat info {};

  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(as_text(files_.read_private(file_).value()), "secret");
  EXPECT_EQ(files_.write_private(file_, as_bytes("other")).error().code, ErrorCode::kRefused);
  EXPECT_EQ(text(), "secret");
  ASSERT_EQ(::chmod(file_.c_str(), 0640), 0);
  const auto refused = files_.read_private(file_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_TRUE(refused.error().message.ends_with("Run: chmod 600 " + file_.string()));
}

TEST_F(PosixFilesTest, ALockNamesItsHolderAndEndsWithIt) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto lock = files_.lock(folder_.path());
    if (::write(pipe[1], lock ? "+" : "-", 1) == 1) ::pause();
    ::_exit(1);
  }
  char answer = 0;
  ASSERT_EQ(::read(pipe[0], &answer, 1), 1);
  ASSERT_EQ(answer, '+');
  const auto conflict = files_.lock(folder_.path());
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().code, ErrorCode::kRefused);
  EXPECT_EQ(conflict.error().message, folder_.path().string() + " is in use by process " +
                                          std::to_string(child) +
                                          ". Wait until it ends, or stop it");
  auto mine = files_.lock(folder_.path());
  ASSERT_TRUE(mine) << mine.error().message;
  EXPECT_FALSE(files_.lock(folder_.path()));  // not twice in one process either
  mine->reset();
  EXPECT_TRUE(files_.lock(folder_.path()));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

}  // namespace
}  // namespace glass::system
