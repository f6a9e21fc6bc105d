#include "glass/system/database/sql_database.h"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::system {
namespace {

// What holds of both.
class SqlDatabaseTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const bool is_postgres = std::string(GetParam()) == "postgres";
    auto opened = is_postgres ? open_postgres(std::getenv("GLASS_TEST_POSTGRES"))
                              : open_sqlite(folder_.path() / "kept.sqlite");
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    const std::string make =
        fmt::format("CREATE TABLE IF NOT EXISTS {} (number bigint PRIMARY KEY, note text)", table_);
    ASSERT_TRUE(database_->make(make.c_str()));
    ASSERT_TRUE(database_->make(make.c_str()));
  }

  SqlAnswer ask(const std::string& sql, const std::vector<std::string>& parameters = {}) {
    const auto answer = database_->ask(fmt::format(fmt::runtime(sql), table_), parameters);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? *answer : SqlAnswer();
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqlDatabase> database_;
  const std::string table_ = fmt::format(
      "kept_{}_{}", ::getpid(), testing::UnitTest::GetInstance()->current_test_info()->line());
};

TEST_P(SqlDatabaseTest, AnswersTheSameInBoth) {
  EXPECT_EQ(ask("INSERT INTO {} (number, note) VALUES ($1, $2), ($3, NULL)", {"10", "it's", "9"})
                .changed_rows,
            2);
  EXPECT_EQ(ask("INSERT INTO {} (number, note) VALUES ($1, $2) ON CONFLICT DO NOTHING", {"9", ""})
                .changed_rows,
            0);
  EXPECT_EQ(ask("SELECT number, note FROM {} WHERE number > $1 ORDER BY number", {"8"}).rows,
            (std::vector<std::vector<std::string>>{{"9", ""}, {"10", "it's"}}));
  // Numbers, not texts, are compared: 10 > 9.
  EXPECT_EQ(ask("SELECT note FROM {} WHERE number > $1", {"9"}).rows.size(), 1U);
}

TEST_P(SqlDatabaseTest, ChangesManyRowsByOneStatement) {
  ask("INSERT INTO {} (number, note) VALUES (1, 'a'), (2, 'b'), (3, 'c')");
  const SqlAnswer answer =
      ask("UPDATE {0} SET note = v.column2 FROM (VALUES (CAST($1 AS bigint), $2), (CAST($3 AS "
          "bigint), $4)) AS v WHERE {0}.number = v.column1",
          {"1", "A", "3", "C"});
  EXPECT_EQ(answer.changed_rows, 2);
  EXPECT_EQ(ask("SELECT note FROM {} ORDER BY number").rows,
            (std::vector<std::vector<std::string>>{{"A"}, {"b"}, {"C"}}));
}

TEST_P(SqlDatabaseTest, ScrubsWhatWasDeleted) {
  ask("INSERT INTO {} (number, note) VALUES (1, 'to-be-forgotten')");
  ask("DELETE FROM {}");
  EXPECT_TRUE(database_->scrub(table_));
  if (std::string(GetParam()) == "postgres") return;
  for (const char* name : {"kept.sqlite", "kept.sqlite-wal"}) {
    const std::string bytes = posix_files().read_text(folder_.path() / name).value();
    EXPECT_EQ(bytes.find("to-be-forgotten"), std::string::npos) << name;
  }
}

std::vector<const char*> faces() {
  if (std::getenv("GLASS_TEST_POSTGRES") == nullptr) return {"sqlite"};
  return {"sqlite", "postgres"};
}

INSTANTIATE_TEST_SUITE_P(Each, SqlDatabaseTest, testing::ValuesIn(faces()),
                         [](const auto& face) { return std::string(face.param); });

}  // namespace
}  // namespace glass::system
