#include "glass/record/release_documents/verify_guide.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/test_facts.h"
#include "glass/record/release_documents/test_golden.h"

namespace glass::record {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

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
  const std::string of_run = "ed25519:" + std::string(64, 'a');
  const std::string of_release = "ed25519:" + std::string(64, 'b');
  EXPECT_TRUE(contains(guide, "glass-verify . --key model.pub --signer " + of_run + " --signer " +
                                  of_release + " --log-key 'log.example"));
  ReleaseFacts facts = some_release();
  facts.statement_key = of_run;
  EXPECT_TRUE(contains(verify_guide(facts), "--signer " + of_run + " --log-key")) << "each once";
}

TEST(VerifyGuide, AReplayThatDifferedIsTold) {
  ReleaseFacts facts = some_release();
  facts.replays[0].equal = false;
  EXPECT_TRUE(contains(verify_guide(facts), "executed 15 steps again: NOT equal"));
}

}  // namespace
}  // namespace glass::record
