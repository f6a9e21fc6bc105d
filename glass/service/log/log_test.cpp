#include "glass/service/log/log.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/record/tlog/verify_entry.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

Bytes entry(std::string_view text) {
  return {text.begin(), text.end()};
}

class LogTest : public testing::Test {
 protected:
  system::TemporaryFolder folder_;
  system::Path log_ = folder_ / "log";
  system::Files& files_ = system::posix_files();
};

TEST_F(LogTest, AnEntryIsAppendedProvedAndVerifiedByItsKeyAlone) {
  const LogState made = init_log(files_, log_, "example.org/log").value();
  EXPECT_EQ(made.tree.size, 0);
  const std::vector<Bytes> first = {entry("a"), entry("b"), entry("c")};
  EXPECT_EQ(append_entries(files_, log_, first)->first, 0);
  const std::vector<Bytes> second = {entry("d")};
  EXPECT_EQ(append_entries(files_, log_, second)->first, 3);
  const record::ProofFile proof = prove_entry(files_, log_, 1).value();
  const auto verified = record::verify_entry(proof, entry("b"), {&made.key, 1});
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->index, 1);
  EXPECT_EQ(verified->checkpoint.tree.size, 4);
  EXPECT_EQ(record::verify_entry(proof, entry("c"), {&made.key, 1}).error().code,
            ErrorCode::kMismatch);
  const record::NoteKey other = init_log(files_, folder_ / "other", "example.org/log")->key;
  EXPECT_EQ(record::verify_entry(proof, entry("b"), {&other, 1}).error().code,
            ErrorCode::kMismatch);
  const std::vector<record::NoteKey> with_witness = {made.key, other};
  EXPECT_NE(
      record::verify_entry(proof, entry("b"), with_witness).error().message.find("not cosigned"),
      std::string::npos);
  EXPECT_TRUE(check_log(files_, log_, [](int64_t) { return true; })->good());
}

TEST_F(LogTest, GrowthIsProved) {
  ASSERT_TRUE(init_log(files_, log_, "example.org/log"));
  const std::vector<Bytes> entries(300, entry("x"));
  ASSERT_TRUE(append_entries(files_, log_, entries));
  for (const int64_t old_size : {0, 1, 255, 256, 300}) {
    const auto proof = prove_growth(files_, log_, old_size);
    ASSERT_TRUE(proof) << proof.error().message;
    EXPECT_TRUE(record::check_consistency(proof->old, proof->now, proof->hashes));
  }
  EXPECT_EQ(prove_growth(files_, log_, 301).error().code, ErrorCode::kInvalidInput);
}

TEST_F(LogTest, WhatIsNoLogSaysHowToMakeOne) {
  EXPECT_NE(show_log(files_, log_).error().message.find("glass log init"), std::string::npos);
  EXPECT_EQ(init_log(files_, log_, "https://example.org").error().code, ErrorCode::kInvalidInput);
  ASSERT_TRUE(init_log(files_, log_, "example.org/log"));
  EXPECT_EQ(init_log(files_, log_, "example.org/log").error().code, ErrorCode::kRefused);
  EXPECT_EQ(prove_entry(files_, log_, 0).error().code, ErrorCode::kInvalidInput);
}

TEST_F(LogTest, AnInterruptEndsTheCheck) {
  ASSERT_TRUE(init_log(files_, log_, "example.org/log"));
  ASSERT_TRUE(append_entries(files_, log_, std::vector<Bytes>(1, entry("x"))));
  EXPECT_EQ(check_log(files_, log_, [](int64_t) { return false; }).error().code,
            ErrorCode::kInterrupted);
}

}  // namespace
}  // namespace glass::service
