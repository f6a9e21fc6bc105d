#include "glass/record/heads/head_store.h"

#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {
namespace {

// What holds of every store.
class HeadStoreTest : public testing::TestWithParam<const char*> {
 protected:
  static bool is_postgres() { return std::string(GetParam()) == "postgres"; }

  void SetUp() override {
    if (!is_postgres()) return;
    connection_ = std::getenv("GLASS_TEST_POSTGRES");
    // Names of the test's own, since the server keeps them.
    prefix_ = testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  [[nodiscard]] std::unique_ptr<HeadStore> open() {
    auto store = is_postgres() ? open_postgres_head_store(connection_)
                               : open_sqlite_head_store(folder_.path() / "heads.sqlite");
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }

  [[nodiscard]] std::string named(const std::string& origin) const { return prefix_ + origin; }

  system::TemporaryFolder folder_;
  std::string connection_, prefix_;
};

TEST_P(HeadStoreTest, OnlyWhoKnowsTheHeadReplacesIt) {
  const auto one = open(), other = open();
  const std::string log = named("log");
  EXPECT_EQ(one->load(log).value(), std::nullopt);
  ASSERT_TRUE(one->replace(log, std::nullopt, "a\nwith lines"));
  EXPECT_EQ(other->replace(log, std::nullopt, "b").error().code, ErrorCode::kRefused);
  EXPECT_EQ(other->load(log).value(), "a\nwith lines");
  ASSERT_TRUE(other->replace(log, "a\nwith lines", "b"));
  const Status late = one->replace(log, "a\nwith lines", "c");
  EXPECT_EQ(late.error().code, ErrorCode::kRefused);
  EXPECT_NE(late.error().message.find("another writer has replaced the head of " + log),
            std::string::npos);
  EXPECT_EQ(open()->load(log).value(), "b");
}

TEST_P(HeadStoreTest, KeepsLogsApart) {
  const auto heads = open();
  ASSERT_TRUE(heads->replace(named("b"), std::nullopt, "1"));
  ASSERT_TRUE(heads->replace(named("a"), std::nullopt, "2"));
  EXPECT_EQ(heads->load(named("a")).value(), "2");
  EXPECT_EQ(heads->load(named("b")).value(), "1");
  EXPECT_EQ(heads->load(named("c")).value(), std::nullopt);
  std::vector<std::string> ours;
  const auto origins = heads->origins();
  for (const std::string& origin : *origins) {
    if (origin.starts_with(prefix_)) ours.push_back(origin);
  }
  EXPECT_EQ(ours, (std::vector<std::string>{named("a"), named("b")}));
}

// Runs SQL beside the store; false where there is no psql to run it, or it fails.
bool psql(const std::string& connection, const std::string& sql) {
  const std::string command =
      "psql '" + connection + "' --quiet --output=/dev/null --command=\"" + sql + "\" 2>&1";
  return std::system(command.c_str()) == 0;
}

// Where there is a server; a file has no connection that could be lost.
class LostConnectionTest : public HeadStoreTest {};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LostConnectionTest);

TEST_P(LostConnectionTest, CommitsAreDurableAfterIt) {
  // A server whose commits are not durable by default, and a table that takes only durable ones.
  const std::string ours =
      connection_ + " application_name=glass_lost options='-c synchronous_commit=off'";
  const auto heads = open_postgres_head_store(ours);
  ASSERT_TRUE(heads) << heads.error().message;
  if (!psql(connection_,
            "CREATE FUNCTION durable() RETURNS trigger LANGUAGE plpgsql AS '"
            "BEGIN IF current_setting(''synchronous_commit'') <> ''on'' THEN "
            "RAISE EXCEPTION ''not durable''; END IF; RETURN NEW; END'; "
            "CREATE TRIGGER durable BEFORE INSERT ON heads FOR EACH ROW "
            "EXECUTE FUNCTION durable()"))
    GTEST_SKIP() << "psql cannot be run";
  ASSERT_TRUE((*heads)->replace(named("before"), std::nullopt, "a"));
  ASSERT_TRUE(psql(connection_,
                   "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                   "WHERE application_name = 'glass_lost'"));
  EXPECT_FALSE((*heads)->load(named("before"))) << "nobody knows whether it was carried out";
  const Status again = (*heads)->replace(named("after"), std::nullopt, "b");
  EXPECT_TRUE(again) << again.error().message;
}

// The second where there is a server: tests/with_postgres.sh starts one.
std::vector<const char*> stores() {
  if (std::getenv("GLASS_TEST_POSTGRES") == nullptr) return {"sqlite"};
  return {"sqlite", "postgres"};
}

INSTANTIATE_TEST_SUITE_P(Each, HeadStoreTest, testing::ValuesIn(stores()),
                         [](const auto& store) { return std::string(store.param); });

std::vector<const char*> servers() {
  std::vector<const char*> found = stores();
  found.erase(found.begin());
  return found;
}

INSTANTIATE_TEST_SUITE_P(Each, LostConnectionTest, testing::ValuesIn(servers()),
                         [](const auto& store) { return std::string(store.param); });

TEST(SqliteHeadStore, WhatIsNoDatabaseIsNamed) {
  const system::TemporaryFolder folder;
  const system::Path file = folder.path() / "head.sqlite";
  ASSERT_TRUE(system::posix_files().write_atomic(file, Bytes(4096, 'x')));
  const auto store = open_sqlite_head_store(file);
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("head.sqlite: file is not a database"), std::string::npos)
      << store.error().message;
  EXPECT_FALSE(open_sqlite_head_store(folder.path() / "absent" / "head.sqlite"));
}

TEST(PostgresHeadStore, AServerThatIsNotThereIsToldAsSuch) {
  const auto store = open_postgres_head_store("host=127.0.0.1 port=1 connect_timeout=2");
  ASSERT_FALSE(store);
  EXPECT_TRUE(store.error().code == ErrorCode::kIo || store.error().code == ErrorCode::kRefused);
}

}  // namespace
}  // namespace glass::record
