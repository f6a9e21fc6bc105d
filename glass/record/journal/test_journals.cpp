#include "glass/record/journal/test_journals.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/record/journal/journal.h"
#include "glass/system/database/postgres_database.h"
#include "glass/system/database/sqlite_database.h"

namespace glass::record {

std::vector<const char*> journal_kinds() {
  if (std::getenv("GLASS_TEST_POSTGRES") == nullptr) return {"sqlite"};
  return {"sqlite", "postgres"};
}

TestJournal::TestJournal(const std::string& kind) : is_postgres_(kind == "postgres") {
  if (!is_postgres_) return;
  static int made = 0;
  const std::string server = std::getenv("GLASS_TEST_POSTGRES");
  const std::string schema = fmt::format("test_{}_{}", ::getpid(), made++);
  const auto database = system::open_postgres_database(server).value();
  EXPECT_TRUE(database->ask(fmt::format("CREATE SCHEMA {}", schema).c_str(), {}));
  connection_ = fmt::format("{} options='-c search_path={}'", server, schema);
}

std::unique_ptr<Journal> TestJournal::open() const {
  auto journal = is_postgres_ ? open_postgres_journal(connection_) : open_sqlite_journal(file());
  EXPECT_TRUE(journal) << journal.error().message;
  return std::move(*journal);
}

void TestJournal::run(const std::string& sql) const {
  if (is_postgres_) {
    const auto done = system::open_postgres_database(connection_).value()->ask(sql.c_str(), {});
    EXPECT_TRUE(done) << done.error().message;
    return;
  }
  const Status done = system::SqliteDatabase::open(file()).value()->run(sql.c_str());
  EXPECT_TRUE(done) << done.error().message;
}

std::vector<std::string> numbered_lines(int64_t begin, int64_t end) {
  std::vector<std::string> lines;
  for (int64_t i = begin; i < end; ++i) lines.push_back(fmt::format("{{\"n\":{}}}", i));
  return lines;
}

std::vector<std::string> lines_of(Journal& journal) {
  std::vector<std::string> lines;
  while (true) {
    const auto part = journal.read(std::ssize(lines), 1000);
    EXPECT_TRUE(part) << part.error().message;
    if (!part || part->empty()) return lines;
    for (const JournalLine& line : *part) lines.push_back(line.text);
  }
}

void append_numbered(Journal& journal, int64_t begin, int64_t end) {
  const auto head = journal.head();
  ASSERT_TRUE(head) << head.error().message;
  ASSERT_EQ(head->count, begin);
  const auto next = journal.append(*head, numbered_lines(begin, end));
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->count, end);
}

}  // namespace glass::record
