#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/record/heads/head_store.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {
namespace {

TEST(SqliteHeadStore, OnlyWhoKnowsTheHeadReplacesIt) {
  const system::TemporaryFolder folder;
  const system::Path file = folder.path() / "head.sqlite";
  const auto one = open_sqlite_head_store(file).value(),
             other = open_sqlite_head_store(file).value();
  EXPECT_EQ(one->load("log").value(), std::nullopt);
  ASSERT_TRUE(one->replace("log", std::nullopt, "a"));
  EXPECT_EQ(other->replace("log", std::nullopt, "b").error().code, ErrorCode::kRefused);
  EXPECT_EQ(other->load("log").value(), "a");
  ASSERT_TRUE(other->replace("log", "a", "b"));
  const Status late = one->replace("log", "a", "c");
  EXPECT_EQ(late.error().code, ErrorCode::kRefused);
  EXPECT_NE(late.error().message.find("another writer has replaced the head of log"),
            std::string::npos);
  EXPECT_EQ(open_sqlite_head_store(file).value()->load("log").value(), "b");
}

TEST(SqliteHeadStore, KeepsLogsApart) {
  const system::TemporaryFolder folder;
  const auto heads = open_sqlite_head_store(folder.path() / "heads.sqlite").value();
  ASSERT_TRUE(heads->replace("b", std::nullopt, "1"));
  ASSERT_TRUE(heads->replace("a", std::nullopt, "2"));
  EXPECT_EQ(heads->load("a").value(), "2");
  EXPECT_EQ(heads->load("b").value(), "1");
  EXPECT_EQ(heads->load("c").value(), std::nullopt);
  EXPECT_EQ(heads->origins().value(), (std::vector<std::string>{"a", "b"}));
}

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

}  // namespace
}  // namespace glass::record
