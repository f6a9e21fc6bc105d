#include "glass/service/facility/move_facility.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/journal/journal.h"
#include "glass/service/facility/audit_journal.h"
#include "glass/service/facility/draft_act.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/service/facility/test_example.h"
#include "glass/system/database/postgres_database.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

using test::charter_text;
using test::kStart;

constexpr const char* kFirst = "sqlite:journal.sqlite";

// To another file of SQLite, and to PostgreSQL where there is a server: tests/with_postgres.sh.
class MoveFacilityTest : public testing::TestWithParam<const char*> {
 protected:
  MoveFacilityTest() {
    const auto founded = found_facility(files_, folder_, charter_text(), "charter",
                                        {{"office/registrar", key_}}, "", kStart);
    EXPECT_TRUE(founded) << founded.error().message;
    other_ = GetParam() == std::string("postgres") ? new_schema() : "sqlite:other.sqlite";
  }

  static std::string new_schema() {
    static int made = 0;
    const std::string server = std::getenv("GLASS_TEST_POSTGRES");
    const std::string schema = fmt::format("moved_{}_{}", ::getpid(), made++);
    const auto database = system::open_postgres_database(server).value();
    EXPECT_TRUE(database->ask(fmt::format("CREATE SCHEMA {}", schema).c_str(), {}));
    return fmt::format("{} options='-c search_path={}'", server, schema);
  }

  // Empty, or why not.
  std::string move(const std::string& to) {
    SerialParallel serial;
    const auto moved =
        move_facility(files_, folder_, to, serial, [](int64_t, int64_t) { return Status(); });
    return moved ? "" : moved.error().message;
  }

  std::string put(Facility& facility, int64_t number) {
    const auto act =
        draft_act(facility.state(), key_.public_key(),
                  institution::SeatEvent(institution::SeatOpened{
                      .seat = fmt::format("{:032x}", number), .member = "DE", .institution = ""}),
                  kStart);
    record::Statement statement = statement_of(*act);
    record::sign(statement, key_);
    const auto taken = facility.take(statement, kStart);
    return taken ? "" : taken.error().message;
  }

  Facility open() { return Facility::open(files_, folder_).value(); }

  int64_t count() { return open().fold().count(); }

  // In a process of its own, killed after a while, or ended.
  void killed_move(const std::string& to, int64_t after_us) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(move(to).empty() ? 0 : 1);
    std::this_thread::sleep_for(std::chrono::microseconds(after_us));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  }

  system::Files& files_ = system::posix_files();
  const system::TemporaryFolder temporary_;
  const system::Path folder_ = temporary_.path() / "facility";
  const crypto::SecretKey key_ = crypto::SecretKey::from_seed({1});
  std::string other_;
};

TEST_P(MoveFacilityTest, GoesThereAndBack) {
  Facility facility = open(), reader = open();
  for (int64_t i = 1; i <= 3; ++i) EXPECT_EQ(put(facility, i), "");
  ASSERT_EQ(move(other_), "");
  EXPECT_EQ(database_of(files_, folder_).value(), other_);
  EXPECT_EQ(put(facility, 4), "");  // opened before, and follows
  ASSERT_TRUE(reader.catch_up());
  EXPECT_EQ(reader.fold().count(), 5);
  ASSERT_EQ(move(kFirst), "");
  EXPECT_EQ(database_of(files_, folder_).value(), "");
  EXPECT_EQ(put(facility, 5), "");
  EXPECT_EQ(count(), 6);
  ASSERT_EQ(move(other_), "");
  Facility again = open();
  EXPECT_EQ(put(again, 6), "");
  EXPECT_EQ(count(), 7);
  SerialParallel serial;
  EXPECT_EQ(audit_journal(files_, folder_, serial).value().entries, 7);
}

TEST_P(MoveFacilityTest, TheOldJournalIsKeptAndTakesNothing) {
  Facility facility = open();
  EXPECT_EQ(put(facility, 1), "");
  ASSERT_EQ(move(other_), "");
  const auto old = open_journal(folder_, "").value();
  EXPECT_TRUE(old->is_sealed().value());
  EXPECT_EQ(old->head().value().count, 2);
  const std::vector<std::string> line = {"{}"};
  EXPECT_FALSE(old->append(old->head().value(), line));
  EXPECT_FALSE(open_journal(folder_, other_).value()->is_sealed().value());
}

TEST_P(MoveFacilityTest, AMoveThatWasBrokenOffIsGivenUpOrEnded) {
  Facility facility = open();
  EXPECT_EQ(put(facility, 1), "");
  ASSERT_TRUE(open_journal(folder_, "").value()->set_sealed(true));  // as if killed after the seal
  EXPECT_NE(put(facility, 2).find("the journal is sealed"), std::string::npos);
  ASSERT_EQ(move(kFirst), "");
  EXPECT_EQ(put(facility, 2), "");
  ASSERT_TRUE(open_journal(folder_, "").value()->set_sealed(true));
  ASSERT_EQ(move(other_), "");
  EXPECT_EQ(put(facility, 3), "");
  ASSERT_TRUE(open_journal(folder_, other_).value()->set_sealed(true));  // or after the switch
  ASSERT_EQ(move(other_), "");
  EXPECT_EQ(put(facility, 4), "");
  EXPECT_EQ(count(), 5);
}

TEST_P(MoveFacilityTest, AnotherJournalIsNeitherSealedNorReplaced) {
  const auto stranger = open_journal(folder_, other_).value();
  const std::vector<std::string> line = {R"({"of":"somebody else"})"};
  ASSERT_TRUE(stranger->append(record::empty_journal_head(), line));
  EXPECT_NE(move(other_).find("holds the journal of another facility"), std::string::npos);
  EXPECT_FALSE(stranger->is_sealed().value());
  EXPECT_FALSE(open_journal(folder_, "").value()->is_sealed().value());
  const auto lock = files_.lock(folder_).value();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(move("sqlite:third.sqlite").empty() ? 0 : 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 1) << "two moves at once";
}

// What it copies is not believed: who changed the old journal does not get it moved.
TEST_P(MoveFacilityTest, AJournalThatDoesNotAddUpIsNotSwitchedTo) {
  Facility facility = open();
  EXPECT_EQ(put(facility, 1), "");
  const auto journal = open_journal(folder_, "").value();
  const std::vector<std::string> line = {R"({"made":"up"})"};
  ASSERT_TRUE(journal->append(journal->head().value(), line));
  EXPECT_NE(move(other_).find("entry 2"), std::string::npos);
  EXPECT_EQ(database_of(files_, folder_).value(), "");
}

// A process that ends with the test, however that ends.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}

  ~Child() {
    if (id_ > 0) static_cast<void>(end());
  }

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] bool is_me() const { return id_ == 0; }

  // Whether it was still running.
  bool end() {
    ::kill(id_, SIGKILL);
    int status = 0;
    const pid_t ended = ::waitpid(std::exchange(id_, 0), &status, 0);
    return ended > 0 && WIFSIGNALED(status);
  }

 private:
  pid_t id_;
};

// There and back, killed at any moment, while another process goes on putting acts in.
TEST_P(MoveFacilityTest, KilledMovesLoseNothing) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  Child author(::fork());
  if (author.is_me()) {
    Facility facility = open();
    for (int64_t number = 1;; ++number) {
      while (!put(facility, number).empty())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (::write(ends[1], &number, sizeof number) < 0) ::_exit(1);
    }
  }
  ::close(ends[1]);
  int64_t answered = 0;
  const auto wait_for_answers = [&](int64_t count) {
    const int64_t until = answered + count;
    while (answered < until)
      ASSERT_EQ(::read(ends[0], &answered, sizeof answered), ssize_t{sizeof answered});
  };
  for (int64_t round = 0; round < 12; ++round) {
    const std::string to = round % 4 < 2 ? other_ : kFirst;
    killed_move(to, round * 2'777);
    EXPECT_GE(count(), answered + 1) << "round " << round;
    ASSERT_EQ(move(to), "") << "round " << round;
    wait_for_answers(3);
  }
  ASSERT_TRUE(author.end()) << "the author ended by itself";
  while (::read(ends[0], &answered, sizeof answered) == ssize_t{sizeof answered}) continue;
  ::close(ends[0]);
  SerialParallel serial;
  const auto audit = audit_journal(files_, folder_, serial);
  ASSERT_TRUE(audit) << audit.error().message;
  EXPECT_GE(audit->entries, answered + 1);
  EXPECT_LE(audit->entries, answered + 2);
}

std::vector<const char*> places() {
  if (std::getenv("GLASS_TEST_POSTGRES") == nullptr) return {"sqlite"};
  return {"sqlite", "postgres"};
}

INSTANTIATE_TEST_SUITE_P(Each, MoveFacilityTest, testing::ValuesIn(places()),
                         [](const auto& place) { return std::string(place.param); });

}  // namespace
}  // namespace glass::service
