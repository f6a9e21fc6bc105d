#include <string>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/record/sequencer/head_store.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {
namespace {

TEST(SqliteHeadStore, OnlyWhoKnowsTheHeadReplacesIt) {
  const system::TemporaryFolder folder;
  const system::Path file = folder.path() / "head.sqlite";
  const auto one = open_sqlite_head_store(file).value(),
             other = open_sqlite_head_store(file).value();
  EXPECT_EQ(one->load().value(), std::nullopt);
  ASSERT_TRUE(one->replace(std::nullopt, "a"));
  EXPECT_EQ(other->replace(std::nullopt, "b").error().code, ErrorCode::kRefused);
  EXPECT_EQ(other->load().value(), "a");
  ASSERT_TRUE(other->replace("a", "b"));
  const Status late = one->replace("a", "c");
  EXPECT_EQ(late.error().code, ErrorCode::kRefused);
  EXPECT_NE(late.error().message.find("another writer has appended"), std::string::npos);
  EXPECT_EQ(open_sqlite_head_store(file).value()->load().value(), "b");
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
