#include "glass/record/release_documents/verify_guide.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/test_facts.h"
#include "glass/record/release_documents/test_golden.h"

namespace glass::record {
namespace {

// That its commands work is what oracle/verify_guide shows.
TEST(VerifyGuide, IsTheGoldenOne) {
  const std::string guide = verify_guide(some_release());
  EXPECT_EQ(guide, golden("VERIFY.md", guide));
}

TEST(VerifyGuide, SpeaksOfALogOnlyWhereThereIsOne) {
  EXPECT_TRUE(contains(verify_guide(some_release()), "release.tlog-proof"));
  const std::string guide = verify_guide(unknown_release());
  EXPECT_FALSE(contains(guide, "release.tlog-proof"));
  EXPECT_FALSE(contains(guide, "--log-key"));
  EXPECT_FALSE(contains(guide, "The keys that this release was made with"));
}

TEST(VerifyGuide, NamesTheKeysToCompare) {
  const std::string guide = verify_guide(some_release());
  EXPECT_TRUE(contains(guide, "digest `" + std::string(64, 'f') + "`"));
  EXPECT_TRUE(contains(guide, "signed by `ed25519:" + std::string(64, 'b')));
}

TEST(VerifyGuide, NoCommandBelievesTheFoldersOwnKeys) {
  const std::string guide = verify_guide(some_release());
  const size_t begin = guide.find("\nglass-verify . ");
  const std::string command = guide.substr(begin, guide.find("\n```", begin) - begin);
  EXPECT_TRUE(
      contains(command, "--key KEY-FROM-THE-PROVIDER.pem --signer ed25519:KEY-FROM-THE-PROVIDER"));
  EXPECT_TRUE(contains(command, "--log-key 'KEY-OF-THE-LOG-FROM-ITS-OPERATOR'"));
  for (const char digit : {'a', 'b', 'f'}) EXPECT_FALSE(contains(command, std::string(64, digit)));
  EXPECT_FALSE(contains(command, "model.pub"));
}

TEST(VerifyGuide, AReplayThatDifferedIsTold) {
  ReleaseFacts facts = some_release();
  facts.replays[0].equal = false;
  EXPECT_TRUE(contains(verify_guide(facts), "executed 15 steps again: NOT equal"));
}

}  // namespace
}  // namespace glass::record
