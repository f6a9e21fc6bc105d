#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/database/postgres_database.h"
#include "glass/system/database/sqlite_database.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::system {
namespace {

std::unique_ptr<SqliteDatabase> open(const Path& file) {
  auto database = SqliteDatabase::open(file);
  EXPECT_TRUE(database) << database.error().message;
  return std::move(*database);
}

Status put(SqliteDatabase& database, int64_t number, std::string_view text) {
  GLASS_TRY(SqliteStatement insert, database.prepare("INSERT INTO kept VALUES (?1, ?2)"));
  insert.bind_integer(1, number);
  insert.bind_text(2, text);
  return insert.run();
}

std::vector<std::string> kept(SqliteDatabase& database) {
  SqliteStatement query = database.prepare("SELECT text FROM kept ORDER BY number").value();
  std::vector<std::string> texts;
  while (query.step().value()) texts.push_back(query.text(0));
  return texts;
}

constexpr const char* kMake = "CREATE TABLE kept (number INTEGER PRIMARY KEY, text TEXT NOT NULL)";

TEST(SqliteDatabase, KeepsTextsAsTheyAre) {
  const TemporaryFolder folder;
  const auto database = open(folder / "kept.sqlite");
  ASSERT_TRUE(database->run(kMake));
  const std::string odd("it's \"\xC3\xA9\" \0 and more", 17);
  ASSERT_TRUE(put(*database, 1, odd));
  ASSERT_TRUE(put(*database, 0, ""));
  EXPECT_EQ(database->changed_rows(), 1);
  EXPECT_EQ(kept(*open(folder / "kept.sqlite")), (std::vector<std::string>{"", odd}));
}

TEST(SqliteDatabase, TellsTheFileAndWhatIsWrongWithIt) {
  const TemporaryFolder folder;
  const auto database = open(folder / "kept.sqlite");
  ASSERT_TRUE(database->run(kMake));
  ASSERT_TRUE(put(*database, 1, "a"));
  const Status twice = put(*database, 1, "b");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::kIo);
  EXPECT_NE(twice.error().message.find("kept.sqlite: UNIQUE constraint failed"), std::string::npos)
      << twice.error().message;
  EXPECT_FALSE(database->prepare("SELECT nothing FROM nowhere"));
  EXPECT_FALSE(SqliteDatabase::open(folder / Path("absent") / "kept.sqlite"));
}

TEST(SqliteTransaction, IsUndoneUnlessItIsCommitted) {
  const TemporaryFolder folder;
  const auto database = open(folder / "kept.sqlite");
  ASSERT_TRUE(database->run(kMake));
  {
    auto left = SqliteTransaction::begin(*database);
    ASSERT_TRUE(left && put(*database, 1, "left"));
  }
  EXPECT_TRUE(kept(*database).empty());
  {
    auto done = SqliteTransaction::begin(*database);
    ASSERT_TRUE(done && put(*database, 1, "done"));
    ASSERT_TRUE(done->commit());
  }
  EXPECT_EQ(kept(*database), std::vector<std::string>{"done"});
}

TEST(SqliteTransaction, WaitsForThatOfAnotherProcess) {
  const TemporaryFolder folder;
  ASSERT_TRUE(open(folder / "kept.sqlite")->run(kMake));
  const pid_t child = ::fork();
  if (child == 0) {
    const auto database = open(folder / "kept.sqlite");
    for (int64_t number = 0; number < 100; ++number) {
      auto one = SqliteTransaction::begin(*database);
      if (!one || !put(*database, number, "child") || !one->commit()) ::_exit(1);
    }
    ::_exit(0);
  }
  const auto database = open(folder / "kept.sqlite");
  for (int64_t number = 100; number < 200; ++number) {
    auto one = SqliteTransaction::begin(*database);
    ASSERT_TRUE(one) << one.error().message;
    ASSERT_TRUE(put(*database, number, "parent"));
    ASSERT_TRUE(one->commit());
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(kept(*database).size(), 200U);
}

// Several processes make the same new file at once.
TEST(SqliteDatabase, IsMadeByOneOfSeveralProcesses) {
  for (int round = 0; round < 10; ++round) {
    const TemporaryFolder folder;
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
      const pid_t child = ::fork();
      if (child == 0) ::_exit(SqliteDatabase::open(folder / "new.sqlite") ? 0 : 1);
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = 0;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0);
    }
  }
}

// Where there is a server: tests/with_postgres.sh starts one.
class PostgresDatabaseTest : public testing::TestWithParam<const char*> {
 protected:
  static std::string server() { return std::getenv("GLASS_TEST_POSTGRES"); }

  std::unique_ptr<PostgresDatabase> database_ = open_postgres_database(server()).value();
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostgresDatabaseTest);

TEST_P(PostgresDatabaseTest, KeepsTextsAsTheyAre) {
  ASSERT_TRUE(database_->make_table("CREATE TABLE IF NOT EXISTS kept (text text NOT NULL)"));
  ASSERT_TRUE(database_->make_table("CREATE TABLE IF NOT EXISTS kept (text text NOT NULL)"));
  const std::string odd = "it's \"\xC3\xA9\" \\ {,} and more";
  const auto put = database_->ask("INSERT INTO kept VALUES ($1), ('')", {odd});
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->changed_rows, 2);
  const auto rows = database_->ask("SELECT text, NULL FROM kept ORDER BY text", {});
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->rows, (std::vector<std::vector<std::string>>{{"", ""}, {odd, ""}}));
}

TEST_P(PostgresDatabaseTest, TellsTheSameKeyFromOtherErrors) {
  ASSERT_TRUE(database_->make_table("CREATE TABLE IF NOT EXISTS keyed (key int PRIMARY KEY)"));
  ASSERT_TRUE(database_->ask("INSERT INTO keyed VALUES (1)", {}));
  EXPECT_EQ(database_->ask("INSERT INTO keyed VALUES (1)", {}).error().code, ErrorCode::kRefused);
  EXPECT_EQ(database_->ask("SELECT nothing FROM nowhere", {}).error().code, ErrorCode::kIo);
}

TEST_P(PostgresDatabaseTest, ADatabaseOfAnotherEncodingIsRefused) {
  static_cast<void>(
      database_->ask("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' "
                     "LC_CTYPE 'C' TEMPLATE template0",
                     {}));
  const auto opened = open_postgres_database(server() + " dbname=latin");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kRefused);
  EXPECT_NE(opened.error().message.find("keeps text as LATIN1; make one with ENCODING 'UTF8'"),
            std::string::npos)
      << opened.error().message;
}

std::vector<const char*> servers() {
  if (std::getenv("GLASS_TEST_POSTGRES") == nullptr) return {};
  return {"postgres"};
}

INSTANTIATE_TEST_SUITE_P(Each, PostgresDatabaseTest, testing::ValuesIn(servers()),
                         [](const auto& server) { return std::string(server.param); });

TEST(PostgresDatabase, AServerThatIsNotThereIsToldAsSuch) {
  const auto opened = open_postgres_database("host=127.0.0.1 port=1 connect_timeout=2");
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().code == ErrorCode::kIo || opened.error().code == ErrorCode::kRefused);
}

}  // namespace
}  // namespace glass::system
