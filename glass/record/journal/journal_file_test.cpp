#include "glass/record/journal/journal_file.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/journal_line.h"
#include "glass/record/journal/test_journals.h"
#include "glass/sim/faulty_files.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {
namespace {

// What the file of these bytes says, or why it says nothing.
std::string error_of(std::string_view bytes) {
  const auto head =
      split_journal(as_bytes(bytes), [](int64_t, std::string_view) { return Status(); });
  if (head) return "";
  EXPECT_EQ(head.error().code, ErrorCode::kCorruption);
  return head.error().message;
}

TEST(JournalFile, HasTheLinesAndTheHeadOfTheJournal) {
  const TestJournal place("sqlite");
  const auto journal = place.open();
  append_numbered(*journal, 0, 2500);
  const system::TemporaryFolder folder;
  const system::Path file = folder / "journal.jsonl";
  EXPECT_EQ(export_journal(*journal, system::posix_files(), file).value(), journal->head().value());
  std::vector<std::string> lines;
  const auto head = read_journal_file(system::posix_files(), folder.path(),
                                      [&](int64_t number, std::string_view line) {
                                        EXPECT_EQ(number, std::ssize(lines));
                                        lines.emplace_back(line);
                                        return Status();
                                      });
  EXPECT_EQ(head.value(), journal->head().value());
  EXPECT_EQ(lines, numbered_lines(0, 2500));
  EXPECT_EQ(
      read_journal_file(system::posix_files(), file, [](auto, auto) { return Status(); }).value(),
      journal->head().value());
}

TEST(JournalFile, OfAnEmptyJournalIsEmpty) {
  const TestJournal place("sqlite");
  const system::TemporaryFolder folder;
  const system::Path file = folder / "journal.jsonl";
  EXPECT_EQ(export_journal(*place.open(), system::posix_files(), file).value(),
            empty_journal_head());
  EXPECT_EQ(system::posix_files().read_text(file).value(), "");
  EXPECT_EQ(error_of(""), "");
}

TEST(JournalFile, WhatIsNoLineIsNamed) {
  EXPECT_EQ(error_of("{}\n{}\n"), "");
  EXPECT_EQ(error_of("{}\n{}"),
            "line 1 (the first is 0): it does not end; the file was cut off. Fetch or export the "
            "file again");
  EXPECT_NE(error_of("{}\r\n{}\n").find("line 0 (the first is 0): it has a control"),
            std::string::npos);
  EXPECT_NE(error_of("{}\n\n").find("line 1 (the first is 0): it is empty"), std::string::npos);
  EXPECT_NE(error_of("\xFF\n").find("line 0 (the first is 0): it is no UTF-8"), std::string::npos);
}

TEST(JournalFile, ALineOfAMebibyteIsTheLongest) {
  const std::string longest(kMostLineBytes, 'x');
  EXPECT_EQ(error_of(longest + "\n{}\n"), "");
  EXPECT_NE(error_of(longest + "x\n").find("it has more than 1048576 bytes"), std::string::npos);
  EXPECT_NE(error_of(longest).find("it does not end"), std::string::npos);
}

TEST(JournalFile, AnErrorOfTheReaderEndsTheReading) {
  int64_t seen = 0;
  const auto head =
      split_journal(as_bytes("{}\n[]\n{}\n"), [&](int64_t number, std::string_view) -> Status {
        ++seen;
        if (number == 1) return fail(ErrorCode::kMismatch, "not that one");
        return {};
      });
  EXPECT_EQ(head.error().message, "not that one");
  EXPECT_EQ(seen, 2);
}

TEST(JournalFile, IsNamedWhereItIsDamagedOrAbsent) {
  const system::TemporaryFolder folder;
  const auto each = [](int64_t, std::string_view) { return Status(); };
  const auto absent = read_journal_file(system::posix_files(), folder / "none.jsonl", each);
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(system::posix_files().write_atomic(folder / "journal.jsonl", as_bytes("{")));
  const auto cut = read_journal_file(system::posix_files(), folder.path(), each);
  EXPECT_NE(cut.error().message.find("journal.jsonl: line 0"), std::string::npos)
      << cut.error().message;
}

// Wherever the disk is full, the old file is there, whole.
TEST(JournalFile, IsReplacedWholeOrNotAtAll) {
  const TestJournal place("sqlite");
  const auto journal = place.open();
  append_numbered(*journal, 0, 2500);
  const system::TemporaryFolder folder;
  const system::Path file = folder / "journal.jsonl";
  sim::FaultyFiles files(system::posix_files());
  ASSERT_TRUE(files.write_atomic(file, as_bytes("{}\n")));
  files.fail_never();
  ASSERT_TRUE(export_journal(*journal, files, folder / "counted.jsonl"));
  const int64_t operations = files.operations();
  ASSERT_GT(operations, 4);
  for (int64_t operation = 1; operation <= operations; ++operation) {
    files.fail_at({.operation = operation, .for_good = true});
    EXPECT_FALSE(export_journal(*journal, files, file));
    EXPECT_EQ(system::posix_files().read_text(file).value(), "{}\n") << operation;
  }
  files.fail_never();
  EXPECT_EQ(export_journal(*journal, files, file).value(), journal->head().value());
}

}  // namespace
}  // namespace glass::record
