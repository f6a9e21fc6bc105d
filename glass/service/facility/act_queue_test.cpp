#include "glass/service/facility/act_queue.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/crypto/ed25519.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/facility/audit_journal.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/service/facility/test_example.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

using test::charter_text;
using test::kStart;

constexpr int kAuthors = 4;

class ActQueueTest : public testing::Test {
 protected:
  ActQueueTest() {
    for (int i = 0; i < kAuthors; ++i) {
      std::array<uint8_t, 32> seed{};
      seed[0] = static_cast<uint8_t>(i + 1);
      keys_.emplace(fmt::format("safety/{}", i + 1), crypto::SecretKey::from_seed(seed));
    }
    const auto founded =
        found_facility(files_, folder_, charter_text(), "charter", keys_, "", kStart);
    EXPECT_TRUE(founded) << founded.error().message;
    facility_ = founded ? to_hex(founded->bytes) : "";
  }

  // A change of the seat's key to itself is no act; naming deputies is one that a seat may repeat.
  record::Statement act(int author, int64_t number) {
    const std::string seat = fmt::format("safety/{}", author + 1);
    std::array<uint8_t, 32> seed{};
    seed[0] = static_cast<uint8_t>(author + 1);
    seed[1] = static_cast<uint8_t>(number);
    seed[2] = static_cast<uint8_t>(number / 256 + 1);
    const crypto::SecretKey deputy = crypto::SecretKey::from_seed(seed);
    record::Statement statement =
        statement_of({.facility = facility_,
                      .seat = seat,
                      .number = number,
                      .sees = facility_,
                      .event = institution::SeatEvent(
                          institution::DeputyNamed{.seat = seat,
                                                   .key = crypto::to_text(deputy.public_key()),
                                                   .until_ms = kStart + 1000})});
    record::sign(statement, keys_.at(seat));
    record::sign(statement, deputy);
    return statement;
  }

  system::Files& files_ = system::posix_files();
  const system::TemporaryFolder temporary_;
  const system::Path folder_ = temporary_.path() / "facility";
  std::map<std::string, crypto::SecretKey> keys_;
  std::string facility_;
};

TEST_F(ActQueueTest, ActsThatGoInTogetherAreDecidedOneAfterTheOther) {
  Facility facility = Facility::open(files_, folder_).value();
  const std::vector<record::Statement> acts = {act(0, 1), act(0, 1), act(1, 1), act(0, 2)};
  const auto taken = facility.take_together(acts, kStart);
  ASSERT_EQ(taken.size(), 4U);
  ASSERT_TRUE(taken[0] && taken[2] && taken[3]);
  EXPECT_EQ(taken[0]->number, 1);
  EXPECT_EQ(taken[2]->number, 2);
  EXPECT_EQ(taken[3]->number, 3);
  ASSERT_FALSE(taken[1]);
  EXPECT_NE(taken[1].error().message.find("was taken already"), std::string::npos);
  EXPECT_EQ(Facility::open(files_, folder_).value().fold().digest(), facility.fold().digest());
}

// Each writer's acts have numbers of their own, so whoever lost one could not go on.
TEST_F(ActQueueTest, TakesTheActsOfManyAuthorsAtOnce) {
  constexpr int64_t kActs = 25;
  Facility facility = Facility::open(files_, folder_).value();
  ActQueue queue(facility);
  std::vector<std::string> wrong(kAuthors);
  std::vector<std::vector<int64_t>> entries(kAuthors);
  std::vector<std::thread> authors;
  for (int author = 0; author < kAuthors; ++author) {
    authors.emplace_back([&, author] {
      for (int64_t number = 1; number <= kActs; ++number) {
        const auto taken = queue.take(act(author, number), kStart);
        if (!taken) return void(wrong[author] = taken.error().message);
        entries[author].push_back(taken->number);
      }
    });
  }
  for (std::thread& author : authors) author.join();
  std::set<int64_t> all;
  for (int author = 0; author < kAuthors; ++author) {
    EXPECT_EQ(wrong[author], "");
    all.insert(entries[author].begin(), entries[author].end());
  }
  EXPECT_EQ(std::ssize(all), kAuthors * kActs);
  SerialParallel serial;
  const auto audit = audit_journal(files_, folder_, serial);
  ASSERT_TRUE(audit) << audit.error().message;
  EXPECT_EQ(audit->acts, 1 + kAuthors * kActs);
}

// Two processes could not be told apart from two facilities that were opened.
TEST_F(ActQueueTest, GoesOnWhereAnotherWriterHasEnded) {
  Facility one = Facility::open(files_, folder_).value();
  Facility other = Facility::open(files_, folder_).value();
  std::thread beside([&] {
    for (int64_t number = 1; number <= 20; ++number) {
      const auto taken = other.take(act(1, number), kStart);
      EXPECT_TRUE(taken) << taken.error().message;
    }
  });
  for (int64_t number = 1; number <= 20; ++number) {
    const auto taken = one.take(act(0, number), kStart);
    EXPECT_TRUE(taken) << taken.error().message;
  }
  beside.join();
  EXPECT_EQ(Facility::open(files_, folder_).value().fold().count(), 41);
}

// What a killed process has answered down the pipe is in the journal.
TEST_F(ActQueueTest, NothingThatWasAnsweredIsLost) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    Facility facility = Facility::open(files_, folder_).value();
    ActQueue queue(facility);
    std::vector<std::thread> authors;
    for (int author = 0; author < kAuthors; ++author) {
      authors.emplace_back([&, author] {
        for (int64_t number = 1;; ++number) {
          const auto taken = queue.take(act(author, number), kStart);
          const std::array<int64_t, 2> answer = {author, number};
          if (!taken || ::write(ends[1], answer.data(), sizeof answer) < 0) ::_exit(1);
        }
      });
    }
    for (std::thread& author : authors) author.join();
  }
  ::close(ends[1]);
  std::array<int64_t, 2> answer{};
  std::map<int64_t, int64_t> last;
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(::read(ends[0], answer.data(), sizeof answer), ssize_t{sizeof answer});
    last[answer[0]] = answer[1];
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
  while (::read(ends[0], answer.data(), sizeof answer) == ssize_t{sizeof answer})
    last[answer[0]] = answer[1];
  ::close(ends[0]);
  const Facility facility = Facility::open(files_, folder_).value();
  for (const auto& [author, number] : last) {
    const auto* seat = facility.state().seats->find(fmt::format("safety/{}", author + 1));
    EXPECT_GE(seat->last_number, number);
  }
}

}  // namespace
}  // namespace glass::service
