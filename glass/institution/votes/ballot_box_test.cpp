#include "glass/institution/votes/ballot_box.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/charter/test_charter.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/institution/votes/vote_events.h"

namespace glass::institution {
namespace {

constexpr int64_t kDay = int64_t{24} * 3600 * 1000;

// A council of three members with two delegates of the first, that decides by majority in 14 days.
Charter charter() {
  CharterSettings settings;
  settings.name = "Small";
  settings.founded = "2026-01-01";
  settings.members = {
      {.code = "A", .share = 1}, {.code = "B", .share = 1}, {.code = "C", .share = 1}};
  settings.bodies = {{.name = "council", .votes = "members"}};
  settings.seats = {{.name = "A-1", .body = "council", .member = "A"},
                    {.name = "A-2", .body = "council", .member = "A"},
                    {.name = "B-1", .body = "council", .member = "B"},
                    {.name = "C-1", .body = "council", .member = "C"},
                    {.name = "clerk", .roles = {"registrar"}}};
  settings.rules = {{.name = "majority", .count = "more than 1/2 of voting"}};
  test::let_decide_all(settings, "council", "majority", "registrar");
  settings.rights = {{.name = "seats", .acts = {"seat.bound"}, .holders = {"registrar"}}};
  settings.criteria = {{.name = "quality"}};
  return Charter::from_settings(settings, std::set<std::string, std::less<>>{"seat.bound"}).value();
}

VoteOpened opened(const std::string& vote) {
  return {.vote = vote,
          .matter = "charter",
          .about = "",
          .content = "c",
          .body = "council",
          .rule = "majority",
          .days = 14,
          .recused = {}};
}

class Council {
 public:
  Council() { open_vote(box, rules, opened("v"), 0); }

  // Empty, or why not.
  std::string vote(const std::string& seat, const std::string& ballot) {
    const VoteCast event{.vote = "v", .ballot = ballot};
    const Status possible = expect_possible(box, rules, event, seat);
    if (!possible) return possible.error().message;
    cast(box, event, *rules.voter_of(seat, "council"));
    return "";
  }

  VoteClosed result() { return result_of(*box.open("v"), seats, 1); }

  const Charter rules = charter();
  BallotBox box;
  SeatBook seats{rules};
};

TEST(BallotBox, OpensVotesOnlyAsTheCharterSays) {
  const Charter rules = charter();
  BallotBox box;
  const auto refusal = [&](const VoteOpened& event) {
    const Status possible = expect_possible(box, rules, event, 1, 0);
    return possible ? "" : possible.error().message;
  };
  EXPECT_EQ(refusal(opened("v")), "");
  VoteOpened other = opened("v");
  other.rule = "unanimity";
  EXPECT_EQ(refusal(other),
            "by the charter, charter at level SL-1 over 0 minutes is not decided by body "
            "'council' with rule 'unanimity'");
  other = opened("v");
  other.days = 15;
  EXPECT_EQ(refusal(other),
            "by the charter, a vote on charter in body 'council' is open for 14 days, "
            "not 15");
  other = opened("v");
  other.recused = {{.voter = "A-1", .reason = "conflict"}};
  EXPECT_EQ(refusal(other), "'A-1' does not vote in body 'council' and cannot be recused there");
  open_vote(box, rules, opened("v"), 0);
  EXPECT_EQ(refusal(opened("v")), "there is a vote v already; draw another id");
  EXPECT_EQ(refusal(opened("w")), "body 'council' votes on this already, in vote v");
}

TEST(BallotBox, CountsAMemberOnceByItsLastBallot) {
  Council council;
  EXPECT_EQ(council.vote("A-1", "yes"), "");
  EXPECT_EQ(council.vote("A-2", "no"), "");
  EXPECT_EQ(council.vote("B-1", "yes"), "");
  EXPECT_EQ(council.result().in_favour, 1);
  EXPECT_EQ(council.result().against, 1);
  EXPECT_EQ(council.result().outcome, "rejected");
  EXPECT_EQ(council.vote("A-1", "yes"), "");
  EXPECT_EQ(council.result().outcome, "adopted");
  ASSERT_EQ(council.result().findings.size(), 1U);
  EXPECT_EQ(council.result().findings[0].part, 2);
  EXPECT_EQ(council.result().findings[0].whole, 2);
}

TEST(BallotBox, IsCompleteWhenEverybodyWhoMayHasVoted) {
  Council council;
  council.vote("A-1", "yes");
  council.vote("B-1", "no");
  EXPECT_FALSE(is_complete(*council.box.open("v"), council.seats, 1));
  evolve(council.seats, ArrearsRecorded{.member = "C", .unpaid = 5, .due_this_year = 1});
  EXPECT_TRUE(is_complete(*council.box.open("v"), council.seats, 1));
  const VoteClosed closed = council.result();
  EXPECT_EQ(closed.barred, std::vector<std::string>{"C"});
  EXPECT_EQ(closed.outcome, "rejected");
}

TEST(BallotBox, LeavesRecusedMembersOut) {
  const Charter rules = charter();
  BallotBox box;
  VoteOpened event = opened("v");
  event.recused = {{.voter = "B", .reason = "conflict"}};
  open_vote(box, rules, event, 0);
  const Status refused = expect_possible(box, rules, VoteCast{.vote = "v", .ballot = "no"}, "B-1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "B is recused from vote v");
}

TEST(BallotBox, TakesNoBallotWithoutAVoteOrAfterIt) {
  Council council;
  const auto refusal = [&](const std::string& vote, const std::string& seat) {
    const Status possible =
        expect_possible(council.box, council.rules, VoteCast{.vote = vote, .ballot = "no"}, seat);
    return possible ? "" : possible.error().message;
  };
  EXPECT_EQ(refusal("w", "A-1"), "there is no vote w");
  EXPECT_EQ(refusal("v", "clerk"), "seat clerk has no vote in body 'council', which decides this");
  close(council.box, council.result(), 7);
  EXPECT_EQ(refusal("v", "A-1"), "vote v was closed at 1970-01-01T00:00:00.007Z: rejected");
}

TEST(BallotBox, ClosesByTheClockAndRemembersWhatWasAdopted) {
  Council council;
  council.vote("A-1", "yes");
  EXPECT_EQ(council.box.next_due_ms(), 14 * kDay);
  EXPECT_TRUE(due(council.box, council.seats, 14 * kDay - 1).empty());
  const auto results = due(council.box, council.seats, 14 * kDay);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].outcome, "adopted");
  EXPECT_FALSE(council.box.is_adopted("charter", "c", "council", "majority"));
  close(council.box, results[0], 14 * kDay);
  EXPECT_TRUE(council.box.is_adopted("charter", "c", "council", "majority"));
  EXPECT_FALSE(council.box.is_adopted("award", "c", "council", "majority"));
  EXPECT_FALSE(council.box.next_due_ms());
  EXPECT_EQ(council.box.open("v"), nullptr);
  EXPECT_EQ(council.box.closed("v")->closed_ms, 14 * kDay);
}

TEST(BallotBox, CountsByTheRuleThatStoodWhenItWasOpened) {
  Council council;
  council.vote("A-1", "yes");
  // What a later charter says about the rule lies elsewhere: the open vote holds its own.
  EXPECT_EQ(council.box.open("v")->vote.rule.count.denominator, 2);
  EXPECT_EQ(council.result().outcome, "adopted");
}

}  // namespace
}  // namespace glass::institution
