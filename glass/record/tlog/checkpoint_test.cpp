#include "glass/record/tlog/checkpoint.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"
#include "glass/testkit/test_files.h"

namespace glass::record {
namespace {

constexpr std::string_view kText =
    "glass.example/log\n5\nfKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI=\n";

TEST(Checkpoint, IsReadBack) {
  const auto checkpoint = parse_checkpoint(kText);
  ASSERT_TRUE(checkpoint) << checkpoint.error().message;
  EXPECT_EQ(checkpoint->origin, "glass.example/log");
  EXPECT_EQ(checkpoint->tree.size, 5);
  EXPECT_EQ(to_hex(checkpoint->tree.root.bytes),
            "7caa345dbd892a66454d6c6512ea3c3ea3f0d3ec21be3fc2e2375705fd38f672");
  EXPECT_EQ(to_text(*checkpoint), kText);
}

TEST(Checkpoint, MayHaveExtensionsButNothingElse) {
  EXPECT_TRUE(parse_checkpoint(std::string(kText) + "extension\n"));
  for (const std::string_view text :
       {"", "a\n", "a\n5\n", "a\n5\nfKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI=",
        "\n5\nfKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI=\n",
        "a\n05\nfKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI=\n",
        "a\n-5\nfKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI=\n",
        "a\n9223372036854775808\nfKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI=\n", "a\n5\nfKo0\n",
        "a\n5\nfKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI=\nextension"})
    EXPECT_EQ(parse_checkpoint(text).error().code, ErrorCode::kCorruption) << text;
}

TEST(Origin, IsAUrlWithoutItsScheme) {
  EXPECT_TRUE(is_origin("glass.example/log"));
  for (const std::string_view name :
       {"", "https://glass.example/log", "glass.example/log/", "a b", "a+b", "a\u00a0b"})
    EXPECT_FALSE(is_origin(name)) << name;
}

// A whole chain as an outsider checks it: the log's signature, the witness's, the proof, the entry.
TEST(ProofFile, OfTheVectorsIsVerifiedAndWrittenAgain) {
  const auto file = testkit::shared_file("vectors/tlog/log5/entry-4.tlog-proof");
  GLASS_SKIP_WITHOUT(file);
  const std::string text = system::posix_files().read_text(file).value();
  const auto proof = parse_proof_file(text);
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_EQ(to_text(*proof), text);
  const std::vector<NoteKey> keys = {
      note_key_from_text("glass.example/log+13d413d9+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
          .value(),
      note_key_from_text("witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X")
          .value()};
  EXPECT_EQ(verify_note(proof->checkpoint, keys)->size(), 2U);
  const Checkpoint checkpoint = parse_checkpoint(proof->checkpoint.text).value();
  EXPECT_TRUE(check_inclusion(leaf_hash(as_bytes("entry 4")), 4, proof->proof, checkpoint.tree));
  EXPECT_FALSE(check_inclusion(leaf_hash(as_bytes("entry 3")), 4, proof->proof, checkpoint.tree));
}

TEST(ProofFile, KeepsWhatIsNotAuthenticated) {
  ProofFile file{.extra = Bytes{1, 2, 3}, .index = 7, .proof = {empty_root()}, .checkpoint = {}};
  file.checkpoint = {.text = std::string(kText), .signatures = {{.name = "a", .bytes = {1}}}};
  const std::string text = to_text(file);
  EXPECT_EQ(to_text(parse_proof_file(text).value()), text);
}

TEST(ProofFile, WhatIsNoneIsRefused) {
  ProofFile file{.extra = Bytes{1, 2, 3}, .index = 7, .proof = {empty_root()}, .checkpoint = {}};
  file.checkpoint = {.text = std::string(kText), .signatures = {{.name = "a", .bytes = {1}}}};
  const std::string text = to_text(file);
  for (size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(parse_proof_file(text.substr(0, size))) << size;
  const size_t index = text.find("index");
  for (const std::string& changed :
       {"c2sp.org/tlog-proof@v2" + text.substr(22), text + "\n",
        text.substr(0, index) + text.substr(index + 8),                  // without index
        text.substr(0, index) + "index 7\n" + text.substr(index),        // twice
        text.substr(0, index) + "index 07\n" + text.substr(index + 8)})  // otherwise written
    EXPECT_FALSE(parse_proof_file(changed)) << changed;
}

}  // namespace
}  // namespace glass::record
