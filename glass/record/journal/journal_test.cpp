#include "glass/record/journal/journal.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/journal/journal_line.h"
#include "glass/record/journal/test_journals.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {
namespace {

// What holds of every journal.
class JournalTest : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] std::unique_ptr<Journal> open() const { return place_.open(); }

  TestJournal place_{GetParam()};
};

TEST_P(JournalTest, GivesBackWhatWasAppended) {
  const auto journal = open();
  EXPECT_EQ(journal->head().value(), empty_journal_head());
  EXPECT_TRUE(journal->read(0, 10).value().empty());
  const std::vector<std::string> lines = {R"({"a":"\"\\"})", R"({"b":"é, {'}"})", "{,}", "x"};
  const JournalHead head = journal->append(empty_journal_head(), lines).value();
  EXPECT_EQ(head, (JournalHead{.count = 4, .digest = crypto::sha256("x")}));
  EXPECT_EQ(journal->head().value(), head);
  const auto other = open();
  EXPECT_EQ(other->head().value(), head);
  EXPECT_EQ(lines_of(*other), lines);
  const JournalLine second{.number = 1, .digest = crypto::sha256(lines[1]), .text = lines[1]};
  EXPECT_EQ(other->read(1, 1).value(), std::vector<JournalLine>{second});
  EXPECT_TRUE(other->read(4, 1).value().empty());
}

TEST_P(JournalTest, OnlyWhoKnowsTheHeadAppends) {
  const auto one = open(), other = open();
  const JournalHead first = one->append(empty_journal_head(), numbered_lines(0, 2)).value();
  const auto late = other->append(empty_journal_head(), numbered_lines(7, 8));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kRefused);
  EXPECT_NE(late.error().message.find("of the 0 lines known here"), std::string::npos)
      << late.error().message;
  JournalHead made_up = first;
  made_up.digest = crypto::sha256("another line");
  EXPECT_EQ(one->append(made_up, numbered_lines(2, 3)).error().code, ErrorCode::kRefused);
  made_up = {.count = 3, .digest = first.digest};
  EXPECT_EQ(one->append(made_up, numbered_lines(2, 3)).error().code, ErrorCode::kRefused);
  EXPECT_EQ(lines_of(*one), numbered_lines(0, 2));
  append_numbered(*other, 2, 3);
  EXPECT_EQ(lines_of(*one), numbered_lines(0, 3));
}

TEST_P(JournalTest, ASealedOneTakesNothingOfAnyWriter) {
  const auto one = open(), before = open();
  append_numbered(*one, 0, 2);
  ASSERT_TRUE(one->set_sealed(true));
  ASSERT_TRUE(one->set_sealed(true));
  EXPECT_TRUE(before->is_sealed().value());
  for (const auto& journal : {one.get(), before.get()}) {
    const auto late = journal->append(journal->head().value(), numbered_lines(2, 3));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::kRefused);
    EXPECT_NE(late.error().message.find("the journal is sealed"), std::string::npos)
        << late.error().message;
  }
  EXPECT_EQ(lines_of(*one), numbered_lines(0, 2));
  const auto mover = open();
  mover->write_past_seal();
  append_numbered(*mover, 2, 3);
  EXPECT_FALSE(one->append(one->head().value(), numbered_lines(3, 4)));
  ASSERT_TRUE(mover->set_sealed(false));
  EXPECT_FALSE(one->is_sealed().value());
  append_numbered(*one, 3, 4);
  EXPECT_EQ(lines_of(*before), numbered_lines(0, 4));
}

// Whoever has sealed it knows the last line, however many were on their way.
TEST_P(JournalTest, NothingComesAfterTheSeal) {
  for (int round = 0; round < 5; ++round) {
    const auto journal = open();
    ASSERT_TRUE(journal->set_sealed(false));
    std::thread writer([&] {
      const auto own = open();
      while (true) {
        const JournalHead head = own->head().value();
        if (!own->append(head, numbered_lines(head.count, head.count + 1))) return;
      }
    });
    while (journal->head().value().count < 20 * (round + 1)) std::this_thread::yield();
    ASSERT_TRUE(journal->set_sealed(true));
    const JournalHead sealed = journal->head().value();
    writer.join();
    EXPECT_EQ(journal->head().value(), sealed);
  }
}

// Each of two writers appends in pairs whatever the other does, and goes on from what is there.
TEST_P(JournalTest, TwoWritersLoseNothingAndTearNothing) {
  constexpr int kPairs = 50;
  const auto write = [&](int writer) {
    const auto journal = open();
    for (int pair = 0; pair < kPairs;) {
      const std::string line = fmt::format("{{\"writer\":{},\"pair\":{}}}", writer, pair);
      const auto appended = journal->append(journal->head().value(), std::vector{line, line});
      ASSERT_TRUE(appended || appended.error().code == ErrorCode::kRefused)
          << appended.error().message;
      if (appended) ++pair;
    }
  };
  std::thread other(write, 1);
  write(0);
  other.join();
  const std::vector<std::string> lines = lines_of(*open());
  ASSERT_EQ(lines.size(), size_t{4} * kPairs);
  std::vector<int> next(2, 0);  // by writer
  for (size_t i = 0; i < lines.size(); i += 2) {
    const size_t writer = lines[i].find("\"writer\":1") == std::string::npos ? 0 : 1;
    const std::string expected =
        fmt::format("{{\"writer\":{},\"pair\":{}}}", writer, next[writer]++);
    EXPECT_EQ(lines[i], expected);
    EXPECT_EQ(lines[i + 1], expected);
  }
}

TEST_P(JournalTest, ALineThatIsNoneIsRefusedAndNothingIsAppended) {
  const auto journal = open();
  const auto refusal = [&](const std::string& line) {
    const std::vector<std::string> lines = {"{}", line};
    const auto appended = journal->append(empty_journal_head(), lines);
    return appended ? "" : appended.error().message;
  };
  EXPECT_NE(refusal("").find("line 1 of the batch: it is empty"), std::string::npos);
  EXPECT_NE(refusal("{\n}").find("control character"), std::string::npos);
  EXPECT_NE(refusal(std::string("a\0b", 3)).find("control character"), std::string::npos);
  EXPECT_NE(refusal("\xC3").find("no UTF-8"), std::string::npos);
  EXPECT_NE(refusal(std::string(kMostLineBytes + 1, 'x')).find("has 1048577 bytes"),
            std::string::npos);
  EXPECT_EQ(journal->head().value().count, 0);
  EXPECT_EQ(refusal(std::string(kMostLineBytes, 'x')), "");
  EXPECT_EQ(lines_of(*journal).back().size(), kMostLineBytes);
  const std::vector<std::string> much(65, std::string(kMostLineBytes, 'x'));
  EXPECT_NE(journal->append(journal->head().value(), much).error().message.find("in parts"),
            std::string::npos);
}

TEST_P(JournalTest, AReadIsBoundedByBytesButForALongLine) {
  const auto journal = open();
  JournalHead head = empty_journal_head();
  const std::vector<std::string> four(4, std::string(kMostLineBytes, 'x'));
  for (int i = 0; i < 5; ++i) head = journal->append(head, four).value();
  EXPECT_EQ(journal->read(0, 100).value().size(), 16U);
  EXPECT_EQ(journal->read(16, 100).value().size(), 4U);
  EXPECT_EQ(journal->read(2, 3).value().size(), 3U);
  EXPECT_EQ(lines_of(*journal).size(), 20U);
}

TEST_P(JournalTest, DamageIsFoundWhereItIsRead) {
  const auto journal = open();
  append_numbered(*journal, 0, 10);
  const auto refusal = [&](int64_t from) {
    const auto read = journal->read(from, 100);
    if (read) return std::string();
    EXPECT_EQ(read.error().code, ErrorCode::kCorruption);
    return read.error().message;
  };
  place_.run("UPDATE journal SET line = '{}' WHERE number = 7");
  EXPECT_NE(refusal(0).find("line 7 is not what its digest says"), std::string::npos);
  EXPECT_EQ(refusal(8), "");
  place_.run("UPDATE journal SET digest = 'none' WHERE number = 4");
  EXPECT_NE(refusal(0).find("line 4 is not what its digest says"), std::string::npos);
  place_.run("DELETE FROM journal WHERE number = 2");
  EXPECT_NE(refusal(0).find("line 2 is missing; restore the newest backup"), std::string::npos);
  EXPECT_NE(refusal(2).find("line 2 is missing"), std::string::npos);
  place_.run("UPDATE journal SET digest = 'none' WHERE number = 9");
  EXPECT_EQ(journal->head().error().code, ErrorCode::kCorruption);
}

TEST_P(JournalTest, ASnapshotComesBackUntilItIsReplaced) {
  const auto journal = open();
  EXPECT_NE(journal->latest_snapshot("state-1").value().why_none.find("has not been saved yet"),
            std::string::npos);
  append_numbered(*journal, 0, 5);
  const JournalHead at = journal->head().value();
  ASSERT_TRUE(journal->save_snapshot({.at = at, .format = "state-1", .text = "a\nb \"é\""}));
  ASSERT_TRUE(journal->save_snapshot({.at = empty_journal_head(), .format = "other", .text = ""}));
  append_numbered(*journal, 5, 6);
  auto found = open()->latest_snapshot("state-1").value();
  ASSERT_TRUE(found.snapshot) << found.why_none;
  EXPECT_EQ(found.snapshot->at, at);
  EXPECT_EQ(found.snapshot->text, "a\nb \"é\"");
  EXPECT_TRUE(journal->latest_snapshot("other").value().snapshot);
  ASSERT_TRUE(journal->save_snapshot(
      {.at = journal->head().value(), .format = "state-1", .text = "later"}));
  EXPECT_EQ(journal->latest_snapshot("state-1").value().snapshot->at.count, 6);
  EXPECT_FALSE(journal->save_snapshot({.at = at, .format = "state-1", .text = "\xFF"}));
}

TEST_P(JournalTest, ADamagedSnapshotIsIgnoredWithAMessage) {
  const auto journal = open();
  append_numbered(*journal, 0, 5);
  const JournalHead at = journal->head().value();
  const auto why_none = [&] { return journal->latest_snapshot("state-1").value().why_none; };
  const std::string zeros(64, '0');
  for (const std::string& damage :
       {std::string("text = 'b'"), std::string("count = 4"), "head_digest = '" + zeros + "'",
        "digest = '" + zeros + "'", std::string("head_digest = 'none'")}) {
    ASSERT_TRUE(journal->save_snapshot({.at = at, .format = "state-1", .text = "a"}));
    ASSERT_EQ(why_none(), "");
    place_.run("UPDATE journal_snapshots SET " + damage);
    EXPECT_NE(why_none().find("state-1 is damaged and was ignored; all lines are read"),
              std::string::npos)
        << damage;
  }
  // Of a journal that was put back to an older copy and went on otherwise.
  ASSERT_TRUE(journal->save_snapshot({.at = at, .format = "state-1", .text = "a"}));
  place_.run("DELETE FROM journal WHERE number = 4");
  EXPECT_NE(why_none().find("was made of other lines"), std::string::npos);
  ASSERT_TRUE(journal->append(journal->head().value(), std::vector<std::string>{"{}"}));
  EXPECT_NE(why_none().find("was made of other lines"), std::string::npos);
}

// Any batches, and any reads: the journal is one list.
TEST_P(JournalTest, IsOneListWhateverTheBatches) {
  EXPECT_TRUE(rc::check("batches and reads", [] {
    const TestJournal place(GetParam());
    const auto journal = place.open();
    std::vector<std::string> all;
    const auto sizes =
        *rc::gen::resize(8, rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 20)));
    for (const int size : sizes) {
      const auto lines = numbered_lines(std::ssize(all), std::ssize(all) + size);
      RC_ASSERT(journal->append(journal->head().value(), lines));
      all.insert(all.end(), lines.begin(), lines.end());
    }
    const auto from = *rc::gen::inRange<int64_t>(0, std::ssize(all) + 2);
    const auto most = *rc::gen::inRange<int64_t>(1, 40);
    const auto read = journal->read(from, most).value();
    const int64_t there = std::clamp<int64_t>(std::ssize(all) - from, 0, most);
    RC_ASSERT(std::ssize(read) == there);
    for (const JournalLine& line : read)
      RC_ASSERT(line.text == all[static_cast<size_t>(line.number)]);
  }));
}

INSTANTIATE_TEST_SUITE_P(Each, JournalTest, testing::ValuesIn(journal_kinds()), journal_kind_name);

TEST(SqliteJournal, WhatIsNoDatabaseIsNamed) {
  const system::TemporaryFolder folder;
  const system::Path file = folder / "journal.sqlite";
  ASSERT_TRUE(system::posix_files().write_atomic(file, Bytes(4096, 'x')));
  const auto journal = open_sqlite_journal(file);
  ASSERT_FALSE(journal);
  EXPECT_NE(journal.error().message.find("journal.sqlite: file is not a database"),
            std::string::npos)
      << journal.error().message;
}

}  // namespace
}  // namespace glass::record
