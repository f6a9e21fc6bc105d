#include "glass/institution/review/review.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/institution/review/review_decide.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/review/scores.h"

namespace glass::institution {
namespace {

const std::string kProposal = "0000000000000000000000000000b001";
const std::string kDigest(64, 'd');

std::string key_of(char slot) {
  return "ed25519:" + std::string(64, slot);
}

// A review, who sits in which slot, and the time it is.
struct Desk {
  ReviewBook book;
  SlotSeats seats;
  int64_t at_ms = 100;

  // Why it may not happen; empty if it did.
  std::string ask(const ReviewEvent& event) {
    const auto events = decide(book, event, seats, at_ms);
    if (!events) return events.error().message;
    for (const ReviewEvent& one : *events) evolve(book, one, at_ms);
    return "";
  }

  std::string assign(char slot, const std::string& seat) {
    seats[key_of(slot)] = seat;
    return ask(SlotAssigned{kProposal, key_of(slot), kDigest});
  }

  std::string give(char slot, std::vector<ReviewPoints> points = {{4}, {7}}) {
    return ask(ReviewGiven{kProposal, key_of(slot), kDigest, std::move(points)});
  }

  [[nodiscard]] const Review& review() const { return *book.find(kProposal); }
};

ReviewOpened terms() {
  return {.proposal = kProposal,
          .least_reviews = 2,
          .review_ms = 1'000,
          .rebuttal_ms = 500,
          .revision_ms = 200,
          .recommend_ms = 300,
          .criteria = {{3, 5}, {1, 10}}};
}

Desk opened() {
  Desk desk;
  EXPECT_EQ(desk.ask(terms()), "");
  return desk;
}

// Two reviews are given.
Desk reviewed() {
  Desk desk = opened();
  EXPECT_EQ(desk.assign('1', "expert-1"), "");
  EXPECT_EQ(desk.assign('2', "expert-2"), "");
  EXPECT_EQ(desk.give('1'), "");
  EXPECT_EQ(desk.give('2', {{5}, {0}}), "");
  return desk;
}

void expect_refused(const std::string& refusal, std::string_view why) {
  EXPECT_NE(refusal.find(why), std::string::npos) << refusal << "\nand not: " << why;
}

const BoardRecommended kFund{kProposal, "fund", kDigest};

TEST(Review, GoesFromSlotsToARecommendation) {
  Desk desk = reviewed();
  expect_refused(desk.ask(kFund), "has not been heard; open the rebuttal first");
  EXPECT_EQ(desk.ask(RebuttalOpened{kProposal}), "");
  expect_refused(desk.ask(kFund), "the rebuttal of proposal " + kProposal + " lasts until");
  desk.at_ms = 599;
  EXPECT_EQ(desk.ask(RebuttalGiven{kProposal, kDigest}), "");
  EXPECT_EQ(desk.ask(ReviewRevised{kProposal, key_of('2'), kDigest, {{5}, {10}}}), "");
  EXPECT_EQ(desk.review().slots.find(key_of('2'))->second.total, 25);
  desk.at_ms = 798;
  expect_refused(desk.ask(kFund), "the revision of proposal");
  desk.at_ms = 799;
  EXPECT_EQ(desk.ask(kFund), "");
  EXPECT_EQ(desk.review().recommendation, "fund");
  expect_refused(desk.ask(kFund), "the board has recommended");
}

TEST(Review, ARebuttalIsGivenInItsTimeOrNotAtAll) {
  Desk desk = reviewed();
  EXPECT_EQ(desk.ask(RebuttalOpened{kProposal}), "");
  desk.at_ms = 600;
  expect_refused(desk.ask(RebuttalGiven{kProposal, kDigest}),
                 "was over at 1970-01-01T00:00:00.600Z");
  EXPECT_EQ(desk.ask(kFund), "");
}

TEST(Review, WithoutARebuttalInTheTermsEnoughReviewsAreEnough) {
  Desk desk;
  ReviewOpened without = terms();
  without.rebuttal_ms = 0;
  EXPECT_EQ(desk.ask(without), "");
  EXPECT_EQ(desk.assign('1', "expert-1"), "");
  EXPECT_EQ(desk.assign('2', "expert-2"), "");
  EXPECT_EQ(desk.give('1'), "");
  expect_refused(desk.ask(kFund), "has 1 of 2 reviews");
  EXPECT_EQ(desk.give('2'), "");
  expect_refused(desk.ask(RebuttalOpened{kProposal}), "have no rebuttal");
  EXPECT_EQ(desk.ask(kFund), "");
}

TEST(Review, WhomAConflictBlocksIsNotAskedAndDoesNotSee) {
  Desk desk = opened();
  EXPECT_TRUE(may_see(desk.review(), "expert-1"));
  EXPECT_EQ(desk.ask(ConflictRecorded{kProposal, "expert-1", "COAUTH_RECENT", "apparent"}), "");
  EXPECT_FALSE(may_see(desk.review(), "expert-1"));
  EXPECT_FALSE(may_vote(desk.review(), "expert-1", 1, false));
  expect_refused(desk.assign('1', "expert-1"), "a conflict keeps seat expert-1 from proposal");

  ConflictResolved waiver{kProposal, "expert-1", "COAUTH_RECENT", "waived", "expert-1", kDigest};
  expect_refused(desk.ask(waiver), "dismissed or waived by another person");
  waiver.by_seat = "call-manager";
  waiver.plan = "";
  expect_refused(desk.ask(waiver), "does not commit to a plan");
  waiver.plan = kDigest;
  EXPECT_EQ(desk.ask(waiver), "");
  EXPECT_TRUE(may_see(desk.review(), "expert-1"));
  EXPECT_EQ(desk.assign('1', "expert-1"), "");
}

TEST(Review, ARealConflictIsNeverWaivedButMayBeNone) {
  Desk desk = opened();
  EXPECT_EQ(desk.ask(ConflictRecorded{kProposal, "expert-1", "REL_FAMILY", "real", "reported"}),
            "");
  ConflictResolved resolved{kProposal, "expert-1", "REL_FAMILY", "waived", "call-manager", kDigest};
  expect_refused(desk.ask(resolved), "is real and cannot be waived");
  resolved.status = "dismissed";
  expect_refused(desk.ask(resolved), "a plan belongs to a waiver");
  resolved.plan = "";
  EXPECT_EQ(desk.ask(resolved), "");
  EXPECT_TRUE(may_review(desk.review(), "expert-1"));
  expect_refused(desk.ask(resolved), "record it first");
}

TEST(Review, WhatIsPotentialAndFoundByAProgramIsDisclosedOnly) {
  Desk desk = opened();
  EXPECT_EQ(desk.ask(ConflictRecorded{kProposal, "expert-1", "NAT_SAME", "potential"}), "");
  EXPECT_TRUE(may_review(desk.review(), "expert-1"));
  EXPECT_TRUE(may_vote(desk.review(), "expert-1", 2, false));
  EXPECT_FALSE(may_vote(desk.review(), "expert-1", 3, false));
  EXPECT_FALSE(may_vote(desk.review(), "expert-1", 1, true));
  EXPECT_EQ(
      desk.ask(ConflictRecorded{kProposal, "expert-2", "SOC_MEMBER", "potential", "reported"}), "");
  EXPECT_FALSE(may_review(desk.review(), "expert-2"));  // until somebody has looked
}

TEST(Review, AConflictTakesTheSlotAndTheReviewAway) {
  Desk desk = reviewed();
  EXPECT_EQ(desk.ask(RebuttalOpened{kProposal}), "");
  EXPECT_EQ(desk.ask(ConflictRecorded{kProposal, "expert-2", "COMPET", "apparent", "reported"}),
            "");
  EXPECT_TRUE(desk.review().slots.find(key_of('2'))->second.is_released);
  EXPECT_EQ(desk.review().counted_reviews(), 1);
  // Too few are left: another is asked, and the applicant is heard again.
  EXPECT_EQ(desk.review().stage, ReviewStage::kGathering);
  desk.at_ms = 5'000;
  expect_refused(desk.ask(kFund), "has 1 of 2 reviews");
  EXPECT_EQ(desk.assign('3', "expert-3"), "");
  EXPECT_EQ(desk.give('3'), "");
  EXPECT_EQ(desk.ask(RebuttalOpened{kProposal}), "");
  expect_refused(desk.ask(kFund), "lasts until");
}

TEST(Review, ABidOfAConflictDisclosesItAndOneWhoStepsBackIsReleased) {
  Desk desk = reviewed();
  EXPECT_EQ(desk.ask(BidPlaced{kProposal, "expert-3", "conflict", "REL_MENTOR"}), "");
  EXPECT_FALSE(may_see(desk.review(), "expert-3"));
  EXPECT_EQ(desk.review().bids.find("expert-3")->second, "conflict");
  EXPECT_EQ(desk.ask(BidPlaced{kProposal, "expert-2", "conflict", "COMPET"}), "");
  EXPECT_EQ(desk.review().counted_reviews(), 1);

  EXPECT_EQ(desk.ask(ConflictRecorded{kProposal, "expert-1", "NAT_SAME", "potential"}), "");
  EXPECT_EQ(desk.review().counted_reviews(), 1);
  EXPECT_EQ(
      desk.ask(ConflictResolved{kProposal, "expert-1", "NAT_SAME", "recused", "expert-1", ""}), "");
  EXPECT_EQ(desk.review().counted_reviews(), 0);
  expect_refused(
      desk.ask(ConflictResolved{kProposal, "expert-1", "NAT_SAME", "dismissed", "chair", ""}),
      "has stepped back");
}

TEST(Review, NobodySitsInTwoSlotsAndEachHasItsKey) {
  Desk desk = opened();
  EXPECT_EQ(desk.assign('1', "expert-1"), "");
  expect_refused(desk.assign('2', "expert-1"),
                 "expert-1 reviews proposal " + kProposal + " already");
  expect_refused(desk.assign('1', "expert-2"), "has a slot " + key_of('1') + " already");
  expect_refused(desk.ask(SlotAssigned{kProposal, "slot 3", kDigest}), "is no key of a slot");
  expect_refused(desk.ask(SlotAssigned{kProposal, key_of('3'), "expert"}),
                 "does not commit to a seat");
  expect_refused(desk.ask(SlotAssigned{kProposal, key_of('3'), kDigest}), "nobody knows who sits");
  EXPECT_EQ(desk.ask(SlotReleased{kProposal, key_of('1'), "declined"}), "");
  EXPECT_EQ(desk.assign('4', "expert-1"), "");
}

TEST(Review, IsGivenOnceAndRevisedOnceAfterTheApplicantAnswered) {
  Desk desk = reviewed();
  expect_refused(desk.give('1'), "revise it after the applicant has answered");
  expect_refused(desk.give('9'), "has no slot");
  expect_refused(desk.ask(SlotReleased{kProposal, key_of('1'), "declined"}),
                 "only a conflict takes it");
  const ReviewRevised revised{kProposal, key_of('1'), kDigest, {{1}, {1}}};
  expect_refused(desk.ask(revised), "is at its gathering; revising belongs to its revision");
  EXPECT_EQ(desk.ask(RebuttalOpened{kProposal}), "");
  EXPECT_EQ(desk.ask(RebuttalGiven{kProposal, kDigest}), "");
  EXPECT_EQ(desk.ask(revised), "");
  expect_refused(desk.ask(revised), "a review is revised once");
  desk.at_ms = 300;
  expect_refused(desk.ask(ReviewRevised{kProposal, key_of('2'), kDigest, {{1}, {1}}}),
                 "was over at");
}

TEST(Review, SaysOnceWhatIsOverdue) {
  Desk desk = opened();
  EXPECT_EQ(desk.assign('1', "expert-1"), "");
  EXPECT_EQ(desk.assign('2', "expert-2"), "");
  EXPECT_EQ(desk.give('1'), "");
  EXPECT_EQ(next_due_ms(desk.book), 1'100);
  EXPECT_TRUE(due(desk.book, 1'099).empty());
  const ReviewOverdue late{kProposal, key_of('2')};
  EXPECT_EQ(due(desk.book, 1'100), (std::vector<ReviewOverdue>{late}));
  expect_refused(desk.ask(late), "nothing of proposal " + kProposal + " is overdue");
  desk.at_ms = 1'100;
  EXPECT_EQ(desk.ask(late), "");
  EXPECT_TRUE(due(desk.book, 9'000).empty());
  EXPECT_FALSE(next_due_ms(desk.book));
  EXPECT_EQ(desk.give('2'), "");  // late, and it counts
  EXPECT_EQ(desk.ask(RebuttalOpened{kProposal}), "");
  EXPECT_EQ(next_due_ms(desk.book), 1'100 + 500 + 300);
  desk.at_ms = 1'900;
  EXPECT_EQ(due(desk.book, 1'900), (std::vector<ReviewOverdue>{{kProposal, ""}}));
  EXPECT_EQ(desk.ask(kFund), "");
  EXPECT_TRUE(due(desk.book, 9'000).empty());
}

TEST(Review, RefusesWhatItsTermsAndWordsDoNotAllow) {
  Desk desk;
  const auto refuses = [&](const ReviewEvent& event, std::string_view why) {
    expect_refused(desk.ask(event), why);
  };
  refuses(kFund, "there is no review of proposal");
  ReviewOpened wrong = terms();
  wrong.proposal = "b1";
  refuses(wrong, "'b1' is no id of a proposal");
  wrong = terms();
  wrong.least_reviews = 13;
  refuses(wrong, "ask for 1 to 12");
  wrong = terms();
  wrong.review_ms = 0;
  refuses(wrong, "reviewers need time");
  wrong = terms();
  wrong.criteria = {};
  refuses(wrong, "name a criterion");
  EXPECT_EQ(desk.ask(terms()), "");
  refuses(terms(), "is open already");
  refuses(BidPlaced{kProposal, "expert-1", "maybe"}, "'maybe' is no bid; give one of eager,");
  refuses(BidPlaced{kProposal, "expert-1", "eager", "COMPET"}, "names its code");
  refuses(BidPlaced{kProposal, "", "eager"}, "name the seat");
  refuses(ConflictRecorded{kProposal, "expert-1", "FRIEND"}, "'FRIEND' is no code");
  refuses(ConflictRecorded{kProposal, "expert-1", "INST_SAME", "apparent"}, "INST_SAME is real");
  refuses(ConflictRecorded{kProposal, "expert-1", "INST_SAME", "real", "reported", "under-5k"},
          "in a conflict FIN_DIRECT");
  EXPECT_EQ(desk.ask(ConflictRecorded{kProposal, "expert-1", "FIN_DIRECT", "real", "reported",
                                      "under-5k"}),
            "");
  refuses(ConflictRecorded{kProposal, "expert-1", "FIN_DIRECT"}, "is recorded already");
  EXPECT_EQ(desk.assign('2', "expert-2"), "");
  refuses(ReviewGiven{kProposal, key_of('2'), "good", {{1}, {1}}}, "does not commit to a review");
  refuses(ReviewGiven{kProposal, key_of('2'), kDigest, {{6}, {1}}}, "give 0 to 5");
  refuses(RebuttalGiven{kProposal, kDigest}, "a rebuttal belongs to its rebuttal");
}

TEST(Review, TotalsAreThoseOfTheReviewsThatCount) {
  Desk desk = reviewed();
  EXPECT_EQ(desk.ask(ConflictRecorded{kProposal, "expert-2", "COMPET", "apparent"}), "");
  const auto totals = review_totals(desk.book, desk.seats).value();
  ASSERT_EQ(totals.size(), 1U);
  EXPECT_EQ(totals[0].reviewer, "expert-1");
  EXPECT_EQ(totals[0].total, 19);
  expect_refused(review_totals(desk.book, {}).error().message, "nobody knows who sits in slot");
}

}  // namespace
}  // namespace glass::institution
