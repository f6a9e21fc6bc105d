// Petitions among the acts of a facility: from a draft to the council's answer.
#include <cstdint>
#include <string>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/acts/decide.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/acts/test_facility.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/votes/vote_events.h"

namespace glass::institution {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

const std::string kOffice = "office/petitions";

const Petition& petition(const Facility& facility) {
  return *facility.state.petitions.find(id(40));
}

void draft(Facility& facility, const std::string& which) {
  EXPECT_EQ(
      facility.act(kOffice, PetitionEvent(PetitionDrafted{
                                .petition = which, .text = digest(41), .creator = digest(42)})),
      "");
  EXPECT_EQ(facility.act(kOffice, PetitionEvent(PetitionConfirmed{.petition = which})), "");
  for (int64_t i = 1; i <= 5; ++i)
    EXPECT_EQ(
        facility.act(kOffice, PetitionEvent(PetitionSponsored{.petition = which, .sponsors = i})),
        "");
}

Event opening(const Facility& facility, const std::string& which) {
  return PetitionEvent(PetitionOpened{.petition = which,
                                      .by = "office/moderation-1",
                                      .retention_from = "answer",
                                      .closes_ms = facility.now_ms + 183 * kDay});
}

void open(Facility& facility) {
  draft(facility, id(40));
  EXPECT_EQ(kinds(facility.followed), "petition.submitted ");
  EXPECT_EQ(facility.act("office/moderation-1", opening(facility, id(40))), "");
}

Event count_of(const Facility& facility, int64_t validated) {
  PetitionCounted counted{.petition = id(40), .root = digest(43)};
  counted.hour_ms = facility.now_ms / kCountedHourMs * kCountedHourMs - kCountedHourMs;
  counted.size = counted.totals.validated = validated;
  return PetitionEvent(counted);
}

Event vote_on_answer(const std::string& vote, const std::string& answer) {
  return VoteEvent(VoteOpened{.vote = vote,
                              .matter = "petition",
                              .about = id(40),
                              .content = answer,
                              .body = "council",
                              .rule = "simple-majority",
                              .days = 30,
                              .recused = {}});
}

Event answer(const std::string& text) {
  return PetitionEvent(PetitionAnswered{
      .petition = id(40), .threshold = "answer", .body = "council", .answer = text});
}

void vote(Facility& facility, const std::string& which, const std::string& how) {
  for (const char* member : {"DE", "FR", "IT", "ES", "PL"})
    EXPECT_EQ(facility.act(fmt::format("council/{}-1", member), ballot(which, how)), "");
}

TEST(PetitionActs, AThresholdPutsThePetitionOnTheCouncilsAgenda) {
  Facility facility;
  open(facility);
  facility.wait(1);
  EXPECT_EQ(facility.act("office/registrar", vote_on_answer(id(70), digest(44))),
            "petition " + id(40) +
                " does not wait for an answer of body council; it does once its signatures reach a "
                "threshold of [petitions]");
  EXPECT_EQ(facility.act(kOffice, count_of(facility, 9'999)), "");
  EXPECT_EQ(kinds(facility.followed), "");
  facility.wait(1);
  EXPECT_EQ(facility.act(kOffice, count_of(facility, 10'000)), "");
  EXPECT_EQ(kinds(facility.followed), "petition.threshold_reached ");
  EXPECT_EQ(public_state(petition(facility)), PetitionState::kThresholdReached);

  EXPECT_EQ(facility.act("council/DE-1", answer(digest(44))),
            "body council has not adopted the answer " + digest(44) + " to petition " + id(40) +
                "; open a vote on the matter 'petition' with it as its content");
  ASSERT_EQ(facility.act("office/registrar", vote_on_answer(id(70), digest(44))), "");
  vote(facility, id(70), "yes");
  EXPECT_EQ(kinds(facility.followed), "vote.closed ");
  EXPECT_NE(facility.act("council/DE-1", answer(digest(45))), "") << "another answer";
  EXPECT_EQ(facility.act("council/DE-1", answer(digest(44))), "");
  EXPECT_TRUE(petition(facility).clocks.front().is_answered());
  EXPECT_NE(facility.act("office/registrar", vote_on_answer(id(71), digest(46))), "");
}

TEST(PetitionActs, AnAnswerThatTheCouncilHasRejectedIsNone) {
  Facility facility;
  open(facility);
  facility.wait(1);
  facility.act(kOffice, count_of(facility, 10'000));
  ASSERT_EQ(facility.act("office/registrar", vote_on_answer(id(70), digest(44))), "");
  vote(facility, id(70), "no");
  EXPECT_TRUE(facility.act("council/FR-2", answer(digest(44))).starts_with("body council has not"));
}

TEST(PetitionActs, SilenceIsOverdueByTheClock) {
  Facility facility;
  open(facility);
  facility.wait(1);
  facility.act(kOffice, count_of(facility, 10'000));
  facility.wait(59);
  EXPECT_EQ(kinds(facility.followed), "");
  facility.wait(1);
  EXPECT_EQ(kinds(facility.followed), "petition.overdue ");
  EXPECT_EQ(public_state(petition(facility)), PetitionState::kOverdue);
  facility.wait(200);
  EXPECT_EQ(kinds(facility.followed), "petition.closed ");
}

TEST(PetitionActs, BelongToTheOfficeAndItsModerators) {
  Facility facility;
  const Event drafted =
      PetitionEvent(PetitionDrafted{.petition = id(40), .text = digest(41), .creator = digest(42)});
  EXPECT_TRUE(facility.act("office/registrar", drafted)
                  .find("by the charter's right 'petition-office', petition.drafted belongs to "
                        "petition-office") != std::string::npos);
  open(facility);
  const Event rejected = PetitionEvent(
      PetitionRejected{.petition = id(40), .by = kOffice, .code = "local", .reasons = digest(45)});
  EXPECT_TRUE(facility.act(kOffice, rejected).find("belongs to petition-moderator") !=
              std::string::npos);
  facility.wait(1);
  facility.act(kOffice, count_of(facility, 10'000));
  EXPECT_TRUE(facility.act(kOffice, answer(digest(44))).find("belongs to council") !=
              std::string::npos);
}

TEST(PetitionActs, AreDoneByTheSeatThatTheyName) {
  Facility facility;
  open(facility);
  facility.wait(1);
  PetitionPaperCounted paper{.petition = id(40),
                             .batch = id(46),
                             .country = "LU",
                             .by = "office/moderation-1",
                             .number = 20};
  EXPECT_EQ(facility.act(kOffice, PetitionEvent(paper)),
            "the act is done for seat office/petitions and says that seat office/moderation-1 does "
            "it");
  paper.by = kOffice;
  EXPECT_EQ(facility.act(kOffice, PetitionEvent(paper)), "");
  PetitionPaperConfirmed again{.petition = id(40), .batch = id(46), .by = kOffice, .number = 20};
  EXPECT_TRUE(facility.act(kOffice, PetitionEvent(again)).find("a second person has to agree") !=
              std::string::npos);
  again.by = "office/moderation-2";
  EXPECT_EQ(facility.act("office/moderation-2", PetitionEvent(again)), "");
  EXPECT_EQ(signature_count(petition(facility)), 20);
}

TEST(PetitionActs, WhatFollowsIsNobodysAct) {
  Facility facility;
  open(facility);
  for (const PetitionEvent& event :
       {PetitionEvent(PetitionClosed{.petition = id(40), .cause = "ended"}),
        PetitionEvent(PetitionResumed{.petition = id(40), .by = ""}),
        PetitionEvent(PetitionOverdue{.petition = id(40), .threshold = "answer"}),
        PetitionEvent(PetitionArchived{.petition = id(40)})})
    EXPECT_TRUE(facility.act(kOffice, event).find("it follows by itself") != std::string::npos);
}

TEST(PetitionActs, SeeTheTextThatIsAskedFor) {
  Facility facility;
  open(facility);
  SignedAct act = facility.sign(
      kOffice, PetitionEvent(PetitionClosed{.petition = id(40), .cause = "withdrawn"}));
  EXPECT_EQ(act.act.sees, digest(41));
  act.act.sees = digest(47);
  EXPECT_TRUE(facility.put(act).starts_with("what the act is about has changed"));
}

TEST(PetitionActs, AThresholdOfTheCharterIsAWordAndAnotherTextIsNone) {
  Facility facility;
  open(facility);
  facility.wait(1);
  facility.act(kOffice, count_of(facility, 10'000));
  Event said = PetitionEvent(PetitionAnswered{
      .petition = id(40), .threshold = "somebody", .body = "council", .answer = digest(44)});
  EXPECT_TRUE(facility.act("council/DE-1", said)
                  .starts_with("threshold of petition.answered is 'somebody'"));
}

void amend(Facility& facility, const CharterSettings& charter) {
  ASSERT_EQ(facility.act("office/registrar", CharterEvent(CharterProposed{.charter = charter})),
            "");
  ASSERT_EQ(facility.act("office/registrar", VoteEvent(VoteOpened{.vote = id(72),
                                                                  .matter = "charter",
                                                                  .about = "",
                                                                  .content = facility.last_digest,
                                                                  .body = "council",
                                                                  .rule = "double-two-thirds",
                                                                  .days = 60,
                                                                  .recused = {}})),
            "");
  vote(facility, id(72), "yes");
}

TEST(PetitionActs, AnAmendedCharterChangesTheClocksOfPetitions) {
  Facility facility;
  draft(facility, id(40));
  EXPECT_EQ(next_due_ms(facility.state), facility.now_ms + 14 * kDay);
  CharterSettings charter = facility.state.charter->settings();
  charter.petitions.moderation_days = 3;
  amend(facility, charter);
  EXPECT_EQ(next_due_ms(facility.state), facility.now_ms + 3 * kDay);
}

TEST(PetitionActs, AnAnswerIsSignedByASeatOfItsBodyToThePetitionThatWasVotedOn) {
  Facility facility;
  CharterSettings charter = facility.state.charter->settings();
  for (RightSettings& right : charter.rights) {
    if (right.name == "answers-to-petitions") right.holders.emplace_back("petition-office");
  }
  amend(facility, charter);
  open(facility);
  draft(facility, id(48));
  EXPECT_EQ(facility.act("office/moderation-1", opening(facility, id(48))), "");
  facility.wait(1);
  for (const std::string& which : {id(40), id(48)}) {
    Event counted = count_of(facility, 10'000);
    std::get<PetitionCounted>(std::get<PetitionEvent>(counted)).petition = which;
    EXPECT_EQ(facility.act(kOffice, counted), "");
  }
  ASSERT_EQ(facility.act("office/registrar", vote_on_answer(id(70), digest(44))), "");
  vote(facility, id(70), "yes");
  EXPECT_EQ(facility.act(kOffice, answer(digest(44))),
            "seat office/petitions does not sit in body council; one of its seats has to sign the "
            "answer");
  Event other = answer(digest(44));
  std::get<PetitionAnswered>(std::get<PetitionEvent>(other)).petition = id(48);
  EXPECT_TRUE(facility.act("council/DE-1", other).starts_with("body council has not adopted"));
  EXPECT_EQ(facility.act("council/DE-1", answer(digest(44))), "");
}

}  // namespace
}  // namespace glass::institution
