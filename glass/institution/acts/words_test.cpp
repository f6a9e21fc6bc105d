#include "glass/institution/acts/words.h"

#include <string>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/institution/votes/vote_events.h"

namespace glass::institution {
namespace {

const std::string kId(32, 'a');
const std::string kDigest(64, '0');

Event cast_with(const std::string& reasons) {
  return VoteEvent(VoteCast{.vote = kId, .ballot = "yes", .reasons = reasons});
}

TEST(Words, AreIdsDigestsAndKeys) {
  EXPECT_TRUE(expect_words(cast_with(""), nullptr));
  EXPECT_TRUE(expect_words(cast_with(kDigest), nullptr));
  EXPECT_TRUE(
      expect_words(SeatEvent(DeputyNamed{.seat = kId, .key = "ed25519:" + kDigest}), nullptr));
}

// What must never get into a record that nothing is taken out of: the list of the notes on logs and
// personal data.
TEST(Words, AreNeverWhatNamesAPerson) {
  for (const char* text :
       {"somebody@example.org", "+49 30 1234567", "0301234567", "192.0.2.17", "2001:db8::1",
        "https://example.org/people/somebody", "A. Somebody", "somebody", "4111111111111111",
        "We disagree.", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "ed25519:abc"}) {
    const Status refused = expect_words(cast_with(text), nullptr);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().message.find("reasons of vote.cast is '" + std::string(text)), 0U);
    EXPECT_FALSE(expect_words(SeatEvent(SeatOpened{.seat = kId, .member = text}), nullptr)) << text;
    ProposalSubmitted submitted{.proposal = kId, .call = kId, .terms = {}};
    submitted.terms.team = {kId, text};
    EXPECT_FALSE(expect_words(ProposalEvent(submitted), nullptr)) << text;
  }
}

TEST(Words, OfTheFindingsOfAVoteAreKnown) {
  VoteClosed closed{.vote = kId, .outcome = "rejected"};
  closed.findings = {{.what = "also 2"}, {.what = "least_in_favour"}};
  EXPECT_TRUE(expect_words(VoteEvent(closed), nullptr));
  closed.findings = {{.what = "also 4111111111111111"}};
  EXPECT_FALSE(expect_words(VoteEvent(closed), nullptr));
}

}  // namespace
}  // namespace glass::institution
