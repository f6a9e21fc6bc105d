#include "glass/service/log/log_statements.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/sequencer/blobs.h"
#include "glass/record/tlog/verify_entry.h"
#include "glass/service/log/log.h"
#include "glass/sim/faulty_files.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

record::Statement decision(const std::string& reasons) {
  record::Statement made =
      record::state(record::predicate_type("decision", 1), {{"recipe.json", crypto::sha256("r")}},
                    Json::Object{{"body", "council"},
                                 {"decided", "2026-11-26"},
                                 {"outcome", "approved"},
                                 {"reasons", reasons}});
  record::sign(made, crypto::SecretKey::from_seed({}));
  return made;
}

class LogStatements : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_log(files_, log_, "example.org/log")); }

  [[nodiscard]] record::LogHealth health() {
    return check_log(files_, log_, [](int64_t) { return true; }).value();
  }

  system::TemporaryFolder folder_;
  system::Path log_ = folder_ / "log";
  system::Files& files_ = system::posix_files();
};

TEST_F(LogStatements, LieBesideTheEntryThatNamesThem) {
  const record::Statement statement = decision("good");
  const auto logged = append_statement(files_, log_, statement);
  ASSERT_TRUE(logged) << logged.error().message;
  EXPECT_FALSE(logged->was_there);
  EXPECT_EQ(logged->proof.index, 0);
  const std::string entry = record::log_entry(statement), text = record::to_text(statement);
  EXPECT_TRUE(record::verify_entry(logged->proof, as_bytes(entry), {&logged->log.key, 1}));
  const auto blob = record::blob_path(crypto::sha256(text));
  EXPECT_EQ(files_.read_text(log_ / "public" / blob), text);
  EXPECT_TRUE(health().good());
  EXPECT_EQ(health().blobs, 1);
}

TEST_F(LogStatements, AreThereOnce) {
  ASSERT_TRUE(append_statement(files_, log_, decision("a")));
  ASSERT_TRUE(append_statement(files_, log_, decision("b")));
  const auto again = append_statement(files_, log_, decision("a"));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->was_there);
  EXPECT_EQ(again->proof.index, 0);
  EXPECT_EQ(show_log(files_, log_)->tree.size, 2);
  // A kill between the text and its entry leaves the text alone: then it is appended.
  const std::string left = record::to_text(decision("c"));
  ASSERT_TRUE(record::write_blob(files_, {log_}, as_bytes(left)));
  EXPECT_FALSE(append_statement(files_, log_, decision("c"))->was_there);
  EXPECT_EQ(show_log(files_, log_)->tree.size, 3);
}

// A growth that is committed and not published has the statement already.
TEST_F(LogStatements, AreThereOnceWhereverAnAppendEnds) {
  sim::FaultyFiles faulty(files_);
  bool failed = true;
  for (int64_t operation = 1; failed; ++operation) {
    const record::Statement statement = decision(fmt::format("{}", operation));
    faulty.fail_at({.operation = operation, .for_good = true});
    failed = !append_statement(faulty, log_, statement);
    ASSERT_LT(operation, 100);
    const auto again = append_statement(files_, log_, statement);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->proof.index, operation - 1);
    EXPECT_EQ(again->log.tree.size, operation) << "after the failure of operation " << operation;
    EXPECT_TRUE(health().good());
    EXPECT_EQ(health().blobs, operation);
    EXPECT_EQ(health().withheld + health().pending, 0);
  }
}

TEST_F(LogStatements, OfTwoAtOnceAreThereOnce) {
  std::vector<std::thread> appending;
  std::atomic<int> appended = 0;
  for (int i = 0; i < 8; ++i)
    appending.emplace_back([&] {
      auto logged = append_statement(files_, log_, decision("a"));
      while (!logged && logged.error().code == ErrorCode::kRefused)  // another one holds the log
        logged = append_statement(files_, log_, decision("a"));
      ASSERT_TRUE(logged) << logged.error().message;
      appended += logged->was_there ? 0 : 1;
    });
  for (std::thread& one : appending) one.join();
  EXPECT_EQ(appended, 1);
  EXPECT_EQ(show_log(files_, log_)->tree.size, 1);
}

TEST_F(LogStatements, WhoseTextIsWithheldStaySo) {
  ASSERT_TRUE(append_statement(files_, log_, decision("a")));
  const std::vector<Bytes> others(300, Bytes{1});  // the first one is then in another tile
  ASSERT_TRUE(append_entries(files_, log_, others));
  const system::Path text =
      log_ / "public" / record::blob_path(crypto::sha256(record::to_text(decision("a"))));
  ASSERT_TRUE(files_.remove_all(text));
  const auto again = append_statement(files_, log_, decision("a"));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->was_there);
  EXPECT_EQ(again->proof.index, 0);
  EXPECT_FALSE(files_.exists(text));
  EXPECT_EQ(show_log(files_, log_)->tree.size, 301);
}

TEST_F(LogStatements, AreRefusedWhereSignatureOrMembersAreWrong) {
  record::Statement changed = decision("good");
  changed.predicate.if_object()->at("outcome") = "rejected";
  EXPECT_EQ(append_statement(files_, log_, changed).error().code, ErrorCode::kMismatch);
  record::Statement without = decision("good");
  without.predicate.if_object()->erase("reasons");
  without.signatures.clear();
  record::sign(without, crypto::SecretKey::from_seed({}));
  EXPECT_EQ(append_statement(files_, log_, without).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(show_log(files_, log_)->tree.size, 0);
}

TEST_F(LogStatements, ThatAreGoneOrChangedAreTold) {
  ASSERT_TRUE(append_statement(files_, log_, decision("good")));
  const std::string text = record::to_text(decision("good"));
  const std::string path = record::blob_path(crypto::sha256(text));
  ASSERT_TRUE(files_.write_atomic(log_ / "public" / path, as_bytes(text + "x")));
  ASSERT_EQ(health().problems.size(), 1U);
  EXPECT_EQ(health().problems[0].path, path);
  ASSERT_TRUE(files_.remove_all(log_ / "public" / path));
  EXPECT_TRUE(health().good());
  EXPECT_EQ(health().withheld, 1);
  ASSERT_TRUE(record::write_blob(files_, {log_}, as_bytes(std::string("nobody names it"))));
  EXPECT_TRUE(health().good());
  EXPECT_EQ(health().pending, 1);
}

}  // namespace
}  // namespace glass::service
