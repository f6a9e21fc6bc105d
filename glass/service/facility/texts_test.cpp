#include "glass/service/facility/texts.h"

#include <string>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

TEST(Texts, CommitAsTheFormatSays) {
  const CommittedText text{
      .what = "vote.cast.reasons", .salt = std::string(64, '1'), .text = "Too dear."};
  std::string bytes = "glassworks/commit/v1/vote.cast.reasons";
  bytes += '\0';
  bytes += std::string(32, '\x11') + "Too dear.";
  EXPECT_EQ(commitment(text), crypto::sha256(bytes));
}

TEST(Texts, OfOneContentHaveDifferentCommitments) {
  const auto one = committed_text("x", "same").value(), other = committed_text("x", "same").value();
  EXPECT_NE(commitment(one), commitment(other));
}

TEST(Texts, AreFoundAsTheyWereKeptUntilTheyAreErased) {
  system::Files& files = system::posix_files();
  const system::TemporaryFolder folder;
  const CommittedText text = committed_text("vote.cast.reasons", "Größer als gedacht.").value();
  const std::string name = to_hex(commitment(text).bytes);
  EXPECT_FALSE(find_text(files, folder.path(), name).value());
  ASSERT_TRUE(save_text(files, folder.path(), text));
  EXPECT_EQ(find_text(files, folder.path(), name).value()->text, text.text);

  const system::Path file = folder.path() / "texts" / (name + ".json");
  std::string changed = files.read_text(file).value();
  changed.replace(changed.find("gedacht"), 7, "gesagt ");
  ASSERT_TRUE(files.write_atomic(file, as_bytes(changed)));
  EXPECT_EQ(find_text(files, folder.path(), name).error().code, ErrorCode::kCorruption);

  ASSERT_TRUE(files.remove_all(file));
  EXPECT_FALSE(find_text(files, folder.path(), name).value());
}

TEST(Texts, AreTextsAndNotTooLong) {
  EXPECT_FALSE(committed_text("x", ""));
  EXPECT_FALSE(committed_text("x", "\xff"));
  EXPECT_FALSE(committed_text("x", std::string(kMostTextBytes + 1, 'a')));
}

}  // namespace
}  // namespace glass::service
