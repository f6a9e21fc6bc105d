// Test journals: an empty journal of either kind, and what the tests of both do to it. Tests only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/record/journal/journal.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {

// "sqlite", and "postgres" where there is a server: tests/with_postgres.sh starts one.
std::vector<const char*> journal_kinds();

inline std::string journal_kind_name(const testing::TestParamInfo<const char*>& kind) {
  return kind.param;
}

// A place for one journal, which is empty at first.
class TestJournal {
 public:
  explicit TestJournal(const std::string& kind);

  [[nodiscard]] std::unique_ptr<Journal> open() const;

  // Runs SQL beside the journal.
  void run(const std::string& sql) const;

  // Where a journal of SQLite lies.
  [[nodiscard]] system::Path file() const { return folder_ / "journal.sqlite"; }

 private:
  bool is_postgres_;
  std::string connection_;  // into a schema of its own
  system::TemporaryFolder folder_;
};

// {"n":0}, {"n":1}, ... of these numbers.
std::vector<std::string> numbered_lines(int64_t begin, int64_t end);

// All lines, in order.
std::vector<std::string> lines_of(Journal& journal);

// Appends lines `begin` to `end` to a journal that has those before them.
void append_numbered(Journal& journal, int64_t begin, int64_t end);

}  // namespace glass::record
