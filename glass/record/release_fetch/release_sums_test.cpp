#include "glass/record/release_fetch/release_sums.h"

#include <string>
#include <string_view>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/release/release_layout.h"

namespace glass::record {
namespace {

std::string sums_line(std::string_view file) {
  return fmt::format("{}  {}\n", to_hex(crypto::sha256(file).bytes), file);
}

std::string refusal_of(std::string_view text) {
  const auto listed = parse_release_sums(text);
  if (listed) return "none";
  EXPECT_EQ(listed.error().code, ErrorCode::kCorruption);
  return listed.error().message;
}

TEST(ReleaseSums, AreReadAsTheyAreWritten) {
  const std::string text = sums_text({{"README.md", crypto::sha256("a")},
                                      {"evidence/training/chain.jsonl", crypto::sha256("b")},
                                      {"größe 1+1.txt", crypto::sha256("c")}});
  const auto listed = parse_release_sums(text);
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 3U);
  EXPECT_EQ((*listed)[1].file, "evidence/training/chain.jsonl");
  EXPECT_EQ((*listed)[1].digest, crypto::sha256("b"));
  EXPECT_EQ((*listed)[2].file, "größe 1+1.txt");
}

TEST(ReleaseSums, WhatIsNoLineOfThemIsRefused) {
  const std::string good = sums_line("a");
  EXPECT_EQ(refusal_of(good), "none");
  EXPECT_EQ(refusal_of(good + "<!DOCTYPE html>\n"),
            "line 2 is not a digest and the file that has it");
  EXPECT_TRUE(refusal_of("\n").starts_with("line 1 is not a digest"));
  EXPECT_TRUE(refusal_of(good.substr(1)).starts_with("line 1 is not a digest"));
  EXPECT_TRUE(refusal_of("A" + good.substr(1)).starts_with("line 1 is not a digest"));
  EXPECT_TRUE(refusal_of(good.substr(0, 64) + " *a\n").starts_with("line 1 is not a digest"));
  EXPECT_TRUE(refusal_of(good.substr(0, 64) + "\n").starts_with("line 1 is not a digest"));
  EXPECT_EQ(refusal_of(good + good.substr(0, good.size() - 1)), "line 2 breaks off");
}

TEST(ReleaseSums, NamesThatLeadOutOfTheFolderAreRefused) {
  using namespace std::string_view_literals;
  for (const std::string_view name :
       {"../a"sv, "a/../../b"sv, "/etc/passwd"sv, "a//b"sv, "./a"sv, ""sv, "a/"sv, "a\\..\\b"sv,
        "a\x1b[2Jb"sv, "a\rb"sv, "a\x7f"sv, "a\xff"sv, "a\xc2\x9b"sv, "a\0b"sv, "a\u202eb"sv})
    EXPECT_EQ(refusal_of(sums_line("first") + sums_line(name)),
              "line 2 names what is no file below the release")
        << name;
}

TEST(ReleaseSums, HiddenFilesAreRefused) {
  for (const std::string_view name : {".git/config", ".fetch/.lock", "a/.envrc", "...", "a/.../b"})
    EXPECT_EQ(refusal_of(sums_line(name)), "line 1 names a hidden file") << name;
  EXPECT_EQ(refusal_of(sums_line("a.b/c.d")), "none");
}

TEST(ReleaseSums, AFileIsNamedOnceAndNoneThatCoversTheOthers) {
  EXPECT_EQ(refusal_of(sums_line("a") + sums_line("b") + sums_line("a")), "line 3 names a again");
  EXPECT_EQ(refusal_of(sums_line("a") + sums_line("b/c") + sums_line("b/c/d/e")),
            "it names b/c as a file, and files below it");
  EXPECT_EQ(refusal_of(sums_line("a") + sums_line("a.b/c")), "none");
  EXPECT_EQ(refusal_of(sums_line("SHA256SUMS")), "line 1 names SHA256SUMS, which is not listed");
  EXPECT_EQ(refusal_of(sums_line("model.sig")), "line 1 names model.sig, which is not listed");
}

TEST(ReleaseSums, AreBounded) {
  std::string text;
  const std::string digest = sums_line("a").substr(0, 66);
  for (size_t i = 0; i < kMostReleaseFiles; ++i) text += fmt::format("{}{}\n", digest, i);
  EXPECT_EQ(refusal_of(text), "none");
  EXPECT_EQ(refusal_of(text + sums_line("a")),
            "line 100001 is one more than the 100000 files that are fetched");
}

}  // namespace
}  // namespace glass::record
