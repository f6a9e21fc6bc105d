#include "glass/institution/acts/decide.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/authority.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/acts/test_facility.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/objections/objection_book.h"
#include "glass/institution/objections/objection_events.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/proposals/step.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/institution/votes/vote_events.h"

namespace glass::institution {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

TEST(Decide, AVoteIsOnADigest) {
  Facility facility;
  const Event opened = VoteEvent(VoteOpened{.vote = id(70), .matter = "seat", .content = "x"});
  const auto terms = terms_seen_by(facility.state, opened);
  ASSERT_FALSE(terms);
  EXPECT_EQ(terms.error().message, "a vote is on the digest of what is decided, and 'x' is none");
}

TEST(Decide, AnAwardBelowTheLimitNeedsNoVote) {
  Facility facility;
  allocate(facility, 600'000, 1);
  EXPECT_EQ(kinds(facility.followed), "proposal.moved ");
  EXPECT_EQ(facility.proposal(id(60)).step(Step::kVote).outcome, "skipped");
  open_period(facility, 10'000'000);
  EXPECT_EQ(facility.act("office/treasury",
                         ProposalEvent(ProposalAnswered{.proposal = id(60), .answer = "accepted"})),
            "");
  EXPECT_EQ(facility.proposal(id(60)).state, ProposalState::kActive);
}

TEST(Decide, ALargerAwardIsVotedOnAndClosesWithTheLastVote) {
  Facility facility;
  allocate(facility, 600'001, 1);
  EXPECT_TRUE(facility.followed.empty());
  EXPECT_EQ(
      facility.act("office/calls", vote_on_award(facility, id(70), "council", "simple-majority")),
      "");
  for (const char* seat : {"council/DE-1", "council/FR-1", "council/IT-2", "council/ES-1"})
    EXPECT_EQ(facility.act(seat, ballot(id(70), "yes")), "");
  EXPECT_TRUE(facility.followed.empty());
  EXPECT_EQ(facility.act("council/PL-1", ballot(id(70), "no")), "");
  EXPECT_EQ(kinds(facility.followed), "vote.closed proposal.moved ");
  const auto& closed = std::get<VoteClosed>(std::get<VoteEvent>(facility.followed[0]));
  EXPECT_EQ(closed.in_favour, 4);
  EXPECT_EQ(facility.proposal(id(60)).step(Step::kVote).outcome, "adopted");
}

TEST(Decide, AtALevelThatTwoBodiesDecideBothHaveToAdopt) {
  Facility facility;
  allocate(facility, 1000, 3);
  EXPECT_EQ(facility.act("office/calls",
                         vote_on_award(facility, id(70), "council", "qualified-majority")),
            "");
  EXPECT_EQ(facility.act("office/calls",
                         vote_on_award(facility, id(71), "safety-board", "board-two-thirds")),
            "");
  for (const char* seat :
       {"council/DE-1", "council/FR-1", "council/IT-1", "council/ES-1", "council/PL-1"})
    EXPECT_EQ(facility.act(seat, ballot(id(70), "yes")), "");
  EXPECT_EQ(kinds(facility.followed), "vote.closed ");
  for (int seat = 1; seat <= 7; ++seat)
    EXPECT_EQ(
        facility.act(fmt::format("safety/{}", seat), ballot(id(71), seat <= 5 ? "yes" : "no")), "");
  EXPECT_EQ(kinds(facility.followed), "vote.closed proposal.moved ");
  EXPECT_EQ(facility.proposal(id(60)).step(Step::kVote).outcome, "adopted");
}

TEST(Decide, TheClockClosesVotesAndEndsWhatWaits) {
  Facility facility;
  allocate(facility, 600'001, 1);
  EXPECT_EQ(
      facility.act("office/calls", vote_on_award(facility, id(70), "council", "simple-majority")),
      "");
  EXPECT_EQ(facility.act("council/DE-1", ballot(id(70), "yes")), "");
  facility.now_ms += 30 * kDay;
  EXPECT_EQ(facility.act("council/FR-1", ballot(id(70), "yes")),
            "what was due at 2026-02-11T00:00:00.000Z comes first");
  facility.wait(0);
  EXPECT_EQ(kinds(facility.followed), "vote.closed proposal.moved ");
  EXPECT_EQ(facility.proposal(id(60)).step(Step::kVote).outcome, "no-quorum");
  EXPECT_EQ(facility.proposal(id(60)).state, ProposalState::kRejected);
  EXPECT_TRUE(tick(facility.state, facility.now_ms).value().empty());
}

TEST(Decide, TheClockNeverTurnsBack) {
  Facility facility;
  facility.wait(3);
  EXPECT_EQ(facility.act("council/DE-1", ballot(id(70), "yes")), "there is no vote " + id(70));
  facility.act("office/registrar",
               SeatEvent(SeatOpened{.seat = id(80), .member = "DE", .institution = id(81)}));
  facility.now_ms -= 1;
  const std::string why = facility.act("council/DE-1", ballot(id(70), "yes"));
  EXPECT_TRUE(why.starts_with("it cannot be 2026-01-03T23:59:59.999Z now")) << why;
  EXPECT_FALSE(tick(facility.state, facility.now_ms));
}

TEST(Decide, AnActHoldsOnceForOneFacilityByTheSeatsKey) {
  Facility facility;
  const Event event = SeatEvent(SeatOpened{.seat = id(80), .member = "DE", .institution = id(81)});
  SignedAct act = facility.sign("office/registrar", event);
  SignedAct forged = act;
  forged.keys = {key(77)};
  EXPECT_TRUE(
      facility.put(forged).starts_with("the act is done for seat office/registrar and signed by"));
  forged = act;
  forged.act.facility = digest(2);
  EXPECT_TRUE(facility.put(forged).starts_with("the act is for facility"));
  EXPECT_EQ(facility.put(act), "");
  EXPECT_TRUE(facility.put(act).starts_with("act 1 of seat office/registrar was taken already"));
}

TEST(Decide, OnlyWhoHasTheRightMay) {
  Facility facility;
  EXPECT_EQ(
      facility.act("council/DE-1", SeatEvent(SeatOpened{.seat = id(80), .member = "DE"})),
      "seat council/DE-1 may not do this: by the charter's right 'seats', seat.opened belongs to "
      "registrar");
  EXPECT_EQ(
      facility.act("council/DE-1",
                   SeatEvent(SeatKeyChanged{.seat = "council/FR-1", .key = key(5)})),
      "seat council/DE-1 may not do this: by the charter's right 'own-seat', seat.key_changed "
      "belongs to self");
  const Event closed = VoteEvent(VoteClosed{.vote = id(70)});
  EXPECT_EQ(facility.act("council/DE-1", closed), "nobody does vote.closed; it follows by itself");
}

TEST(Decide, AKeyThatGetsASeatSignsToo) {
  Facility facility;
  const Event change = SeatEvent(SeatKeyChanged{.seat = "council/DE-1", .key = key(5)});
  EXPECT_TRUE(facility.act("council/DE-1", change).find("has not signed that it will") !=
              std::string::npos);
  EXPECT_EQ(facility.put(facility.sign("council/DE-1", change, {key(5)})), "");
  EXPECT_TRUE(facility.act("council/DE-1", ballot(id(70), "yes")).find("which is not its key") !=
              std::string::npos);
}

TEST(Decide, WhoSawOtherTermsSignsAnew) {
  Facility facility;
  facility.act("office/calls", ProposalEvent(CallOpened{.call = id(50),
                                                        .text = digest(51),
                                                        .opens_ms = facility.now_ms,
                                                        .closes_ms = facility.now_ms + kDay,
                                                        .most_minutes = 1000}));
  facility.act("office/treasury", ProposalEvent(ProposalSubmitted{
                                      .proposal = id(60), .call = id(50), .terms = terms(900)}));
  const SignedAct early =
      facility.sign("office/technical", checked(id(60), Step::kTechnicalCheck, "feasible"));
  EXPECT_EQ(facility.act("office/treasury",
                         ProposalEvent(ProposalAmended{.proposal = id(60), .terms = terms(1000)})),
            "");
  EXPECT_TRUE(
      facility.put(early).starts_with("what the act is about has changed since its author looked"));
  EXPECT_EQ(facility.act("office/technical", checked(id(60), Step::kTechnicalCheck, "feasible")),
            "");
  EXPECT_EQ(facility.act("office/safety-1",
                         ProposalEvent(ProposalAmended{.proposal = id(60), .terms = terms(1)})),
            "seat office/safety-1 may not do this: by the charter's right 'own-proposal', "
            "proposal.amended belongs to applicant");
}

TEST(Decide, ACharterIsAmendedByItsOwnRuleAndNoOther) {
  Facility facility;
  CharterProposed proposed{.charter = facility.state.charter->settings()};
  proposed.charter.name = "Renamed";
  ASSERT_EQ(facility.act("office/registrar", CharterEvent(proposed)), "");
  const std::string content = facility.last_digest;
  const auto opened = [&](const std::string& rule) {
    return VoteEvent(VoteOpened{.vote = id(70),
                                .matter = "charter",
                                .about = "",
                                .content = content,
                                .body = "council",
                                .rule = rule,
                                .days = 60,
                                .recused = {}});
  };
  EXPECT_TRUE(
      facility.act("office/registrar", opened("simple-majority")).starts_with("by the charter"));
  ASSERT_EQ(facility.act("office/registrar", opened("double-two-thirds")), "");
  for (const char* seat : {"council/DE-1", "council/FR-1", "council/IT-1"})
    EXPECT_EQ(facility.act(seat, ballot(id(70), "yes")), "");
  EXPECT_EQ(facility.act("council/ES-2", ballot(id(70), "no")), "");
  EXPECT_EQ(facility.act("council/PL-2", ballot(id(70), "yes")), "");
  EXPECT_EQ(kinds(facility.followed), "vote.closed charter.amended ");
  EXPECT_EQ(facility.state.charter->settings().name, "Renamed");
  EXPECT_EQ(facility.state.charter_act, content);
}

TEST(Decide, AWaiverLetsAMemberVoteAgain) {
  Facility facility;
  EXPECT_EQ(
      facility.act("office/treasury",
                   SeatEvent(ArrearsRecorded{
                       .member = "PL", .unpaid = 300, .due_this_year = 100, .due_last_year = 100})),
      "");
  const Event opened = VoteEvent(VoteOpened{.vote = id(70),
                                            .matter = "arrears",
                                            .about = "PL",
                                            .content = facility.state.charter_act,
                                            .body = "council",
                                            .rule = "two-thirds-of-all",
                                            .days = 30,
                                            .recused = {}});
  EXPECT_EQ(facility.act("office/registrar", opened), "");
  for (const char* seat : {"council/DE-1", "council/FR-1", "council/IT-1", "council/ES-1"})
    EXPECT_EQ(facility.act(seat, ballot(id(70), "yes")), "");
  EXPECT_EQ(kinds(facility.followed), "vote.closed member.arrears_waived ");
  EXPECT_FALSE(facility.state.seats->is_barred("PL", facility.now_ms));
}

TEST(Decide, AFacilityIsFoundedOnceByTheKeysThatGetASeat) {
  Facility facility;
  SignedAct again{.act = {}, .keys = {key(1)}, .digest = digest(1)};
  again.act.event = CharterEvent(FacilityFounded{.charter = example().settings(), .seats = {}});
  EXPECT_EQ(facility.put(again), "the facility is founded already");
  State fresh;
  EXPECT_FALSE(expect_possible(fresh, again, kStart));  // a key signed that gets no seat
  SignedAct unsigned_seat{.act = {}, .keys = {}, .digest = digest(1)};
  unsigned_seat.act.event = CharterEvent(FacilityFounded{
      .charter = example().settings(),
      .seats = {{.seat = "office/registrar", .key = key(3), .person = id(1), .until_ms = 0}}});
  EXPECT_FALSE(expect_possible(fresh, unsigned_seat, kStart));
  unsigned_seat.keys = {key(3)};
  EXPECT_TRUE(expect_possible(fresh, unsigned_seat, kStart));
}

// A journal's line and back changes nothing, whatever act it is.
TEST(Act, IsReadAsItWasWritten) {
  Facility facility;
  const SignedAct act =
      facility.sign("office/calls", checked(id(60), Step::kAllocation, "approved", 0, 5));
  const auto read = act_from_predicate(predicate(act.act), act.act.sees);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_canonical(predicate(*read)), to_canonical(predicate(act.act)));
  Json more = predicate(act.act);
  (*more.if_object())["note"] = "x";
  EXPECT_FALSE(act_from_predicate(more, act.act.sees));
}

}  // namespace
}  // namespace glass::institution
