// What a journal is worth after a crash: what was answered is there, and nothing is torn.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/test_journals.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {
namespace {

constexpr int64_t kLinesOfABatch = 3;

// In a process of its own: goes on with numbered lines until it is killed, and tells down the pipe
// what was answered.
[[noreturn]] void append_until_killed(const TestJournal& place, int answers) {
  const auto journal = place.open();
  JournalHead head = journal->head().value();
  while (true) {
    const auto next =
        journal->append(head, numbered_lines(head.count, head.count + kLinesOfABatch));
    if (!next && next.error().code != ErrorCode::kRefused) ::_exit(1);
    // A server may still have carried out what the writer before sent it last.
    head = next ? *next : journal->head().value();
    if (!next) continue;
    if (::write(answers, &head.count, sizeof head.count) != sizeof head.count) ::_exit(1);
  }
}

// The count of the last whole answer, when the writer has gone.
int64_t last_answer(int answers) {
  int64_t last = 0, count = 0;
  while (::read(answers, &count, sizeof count) == sizeof count) last = count;
  return last;
}

// Starts a writer, waits for its first answer and `more_us` microseconds, and kills it. What it has
// answered.
int64_t kill_a_writer(const TestJournal& place, int64_t more_us) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) append_until_killed(place, ends[1]);
  ::close(ends[1]);
  int64_t first = 0;
  EXPECT_EQ(::read(ends[0], &first, sizeof first), ssize_t{sizeof first});
  std::this_thread::sleep_for(std::chrono::microseconds(more_us));
  ::kill(child, SIGKILL);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
  const int64_t answered = std::max(first, last_answer(ends[0]));
  ::close(ends[0]);
  return answered;
}

class JournalCrashTest : public testing::TestWithParam<const char*> {};

TEST_P(JournalCrashTest, AKilledWriterLosesNothingThatWasAnswered) {
  const TestJournal place(GetParam());
  static_cast<void>(place.open());
  for (int64_t round = 0; round < 20; ++round) {
    const int64_t answered = kill_a_writer(place, round * 397);
    const auto journal = place.open();
    const int64_t count = journal->head().value().count;
    EXPECT_GE(count, answered);
    EXPECT_LE(count, answered + kLinesOfABatch) << "more than one batch was on its way";
    EXPECT_EQ(count % kLinesOfABatch, 0) << "a batch is torn";
    const std::vector<std::string> lines = lines_of(*journal);
    EXPECT_GE(std::ssize(lines), count);
    EXPECT_EQ(lines, numbered_lines(0, std::ssize(lines)));
  }
}

INSTANTIATE_TEST_SUITE_P(Each, JournalCrashTest, testing::ValuesIn(journal_kinds()),
                         journal_kind_name);

// The files of a database whose machine has stopped: the write-ahead log is still beside it.
class StoppedJournal {
 public:
  StoppedJournal() {
    const TestJournal place("sqlite");
    const auto journal = place.open();
    for (int64_t batch = 0; batch < kBatches; ++batch)
      append_numbered(*journal, batch * kLinesOfABatch, (batch + 1) * kLinesOfABatch);
    database_ = system::posix_files().read(place.file()).value();
    log_ = system::posix_files().read(log_of(place.file())).value();
  }

  static constexpr int64_t kBatches = 12;

  [[nodiscard]] const Bytes& log() const { return log_; }

  // How many lines a database has that is found with this log. They are checked.
  [[nodiscard]] int64_t count_with(const Bytes& log) const {
    const TestJournal place("sqlite");
    EXPECT_TRUE(system::posix_files().write_atomic(place.file(), database_));
    EXPECT_TRUE(system::posix_files().write_atomic(log_of(place.file()), log));
    const auto journal = place.open();
    const int64_t count = journal->head().value().count;
    EXPECT_EQ(count % kLinesOfABatch, 0) << "a batch is torn";
    EXPECT_EQ(lines_of(*journal), numbered_lines(0, count));
    append_numbered(*journal, count, count + 1);
    return count;
  }

 private:
  static system::Path log_of(const system::Path& file) {
    system::Path log = file;
    log += "-wal";
    return log;
  }

  Bytes database_, log_;
};

TEST(SqliteJournalCrash, ALogThatIsCutOffLeavesAPrefix) {
  const StoppedJournal stopped;
  const auto size = std::ssize(stopped.log());
  ASSERT_GT(size, 0);
  int64_t before = 0, seen = 1;
  for (int64_t bytes = 0; bytes < size; bytes += 1499) {
    const int64_t count =
        stopped.count_with(Bytes(stopped.log().begin(), stopped.log().begin() + bytes));
    EXPECT_GE(count, before) << "fewer lines than with a shorter log, at " << bytes;
    seen += count > before ? 1 : 0;
    before = count;
  }
  EXPECT_EQ(stopped.count_with(stopped.log()), StoppedJournal::kBatches * kLinesOfABatch);
  EXPECT_GE(seen, StoppedJournal::kBatches) << "the cuts were too far apart";
}

TEST(SqliteJournalCrash, ALogWithAFlippedByteLeavesAPrefix) {
  const StoppedJournal stopped;
  for (size_t at = 40; at < stopped.log().size(); at += 6007) {
    Bytes log = stopped.log();
    log[at] ^= 0x20;
    EXPECT_LT(stopped.count_with(log), StoppedJournal::kBatches * kLinesOfABatch);
  }
}

}  // namespace
}  // namespace glass::record
