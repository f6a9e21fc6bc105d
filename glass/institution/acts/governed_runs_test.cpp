// Runs, releases and objections, from the acts of people to what follows.
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
#include "glass/institution/acts/decide.h"
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

TEST(Decide, ARunIsLevelledWhenItIsRegisteredAndClearedByWhomItsLevelAsks) {
  Facility facility;
  activate(facility, 5000, 2);
  EXPECT_EQ(facility.act("office/treasury", RunEvent(a_run())), "");
  EXPECT_EQ(kinds(facility.followed), "allocation.run_held run.levelled ");
  EXPECT_EQ(run(facility).level, 2);
  EXPECT_EQ(facility.act("office/operation", RunEvent(RunStarted{.run = id(90)})),
            "run " + id(90) + " is registered and cannot be started now");
  EXPECT_EQ(facility.act("office/technical", approved()), "");
  EXPECT_EQ(facility.followed.size(), 0U);
  EXPECT_EQ(facility.act("office/safety-3", approved()), "");  // of the same institution
  EXPECT_EQ(facility.followed.size(), 0U);
  EXPECT_EQ(facility.act("office/safety-1", approved()), "");
  EXPECT_EQ(kinds(facility.followed), "run.cleared ");
  EXPECT_EQ(facility.act("office/operation", RunEvent(RunStarted{.run = id(90)})), "");
  EXPECT_EQ(run(facility).state, RunState::kRunning);
}

TEST(Decide, AtLevelThreeTheSafetyBoardDecidesAndTheCouncilIsToldBefore) {
  Facility facility;
  activate(facility, 5000, 3);
  EXPECT_EQ(facility.act("office/treasury", RunEvent(a_run())), "");
  EXPECT_EQ(facility.act("office/technical", approved()),
            "seat office/technical may not do this: by the charter's right "
            "'clearance-and-lowering', run.approved belongs to nobody at the run's level");
  const Event opened = VoteEvent(vote_on_clearance(facility, id(72)));
  EXPECT_EQ(facility.act("office/registrar", opened), "");
  for (int seat = 1; seat <= 7; ++seat)
    EXPECT_EQ(facility.act(fmt::format("safety/{}", seat), ballot(id(72), "yes")), "");
  EXPECT_EQ(kinds(facility.followed), "vote.closed ");
  facility.wait(9);
  EXPECT_EQ(run(facility).state, RunState::kRegistered);
  facility.wait(1);
  EXPECT_EQ(kinds(facility.followed), "run.notice_ended run.cleared ");
}

TEST(Decide, ARunHaltsAtItsBudgetAndGoesOnOnlyByANewClearance) {
  Facility facility;
  start_at_level_1(facility);
  EXPECT_EQ(
      facility.act("office/operation",
                   RunEvent(RunMetered{.run = id(90), .minutes = 10, .teraflops = 5, .steps = 1})),
      "");
  EXPECT_EQ(kinds(facility.followed), "allocation.run_used ");
  EXPECT_EQ(facility.act(
                "office/operation",
                RunEvent(RunMetered{.run = id(90), .minutes = 11, .teraflops = 501, .steps = 2})),
            "");
  EXPECT_EQ(kinds(facility.followed), "allocation.run_used run.halted ");
  EXPECT_EQ(run(facility).interrupted_by, "budget");
  EXPECT_EQ(facility.act("office/operation", RunEvent(RunStarted{.run = id(90)})),
            "run " + id(90) + " is interrupted and cannot be started now");
}

Event stop() {
  return RunEvent(RunStopAsked{.run = id(90), .reasons = digest(5)});
}

TEST(Decide, OneStopsAndAQuorumStartsAgain) {
  Facility facility;
  start_at_level_1(facility);
  EXPECT_EQ(facility.act("office/treasury", stop()), "");  // the applicant
  EXPECT_EQ(kinds(facility.followed), "run.stopped ");
  EXPECT_EQ(run(facility).state, RunState::kInterrupted);
  EXPECT_EQ(facility.act("office/technical", approved()), "");
  EXPECT_EQ(kinds(facility.followed), "run.cleared ");
  EXPECT_EQ(run(facility).clearances, 2);
}

TEST(Decide, AnOldApprovalIsWorthNothingAfterAStop) {
  Facility facility;
  start_at_level_1(facility);
  const SignedAct early = facility.sign("office/technical", approved());
  EXPECT_EQ(facility.act("office/treasury", stop()), "");  // the applicant
  EXPECT_TRUE(facility.put(early).starts_with("what the act is about has changed"))
      << facility.put(early);
}

TEST(Decide, ALevelThatRisesHaltsWhatRunsBelowIt) {
  Facility facility;
  start_at_level_1(facility);
  EXPECT_EQ(facility.act("office/safety-2", RunEvent(RunRaised{.run = id(90), .level = 2})), "");
  EXPECT_EQ(kinds(facility.followed), "run.levelled run.halted ");
  EXPECT_EQ(run(facility).interrupted_by, "level");
  EXPECT_EQ(facility.act("office/technical", approved()), "");
  EXPECT_EQ(facility.followed.size(), 0U);
  EXPECT_EQ(facility.act("office/safety-1", approved()), "");
  EXPECT_EQ(kinds(facility.followed), "run.cleared ");
}

TEST(Decide, RunsOfAProjectKeepWithinItsAward) {
  Facility facility;
  activate(facility, 5000, 1);
  EXPECT_EQ(facility.act("office/treasury", RunEvent(a_run(3000))), "");
  RunRegistered other = a_run(2001);
  other.run = id(93);
  EXPECT_EQ(facility.act("office/treasury", RunEvent(other)),
            "award/" + id(60) +
                " has 2000 minutes of gres/gpu and 2001 are asked for, 1 too many; lower the limit "
                "of the run, or ask for a tranche or a supplement");
  other.minutes = 2000;
  EXPECT_EQ(facility.act("office/treasury", RunEvent(other)), "");
}

TEST(Decide, NothingIsPublishedAtTheHighestLevel) {
  Facility facility;
  start_at_level_1(facility);
  facility.act(
      "office/operation",
      RunEvent(RunEnded{
          .run = id(90), .outcome = "finished", .record = digest(94), .model = digest(95)}));
  EXPECT_EQ(facility.act("office/safety-2", RunEvent(RunRaised{.run = id(90), .level = 4})), "");
  EXPECT_EQ(
      facility.act(
          "office/treasury",
          RunEvent(ReleaseRequested{.run = id(90), .model = digest(95), .evidence = digest(96)})),
      "run " + id(90) +
          " is at SL-4, where nothing is published; its level would have to be lowered first");
}

ObjectionFiled objection() {
  return {.objection = id(97),
          .claimant = id(98),
          .ground = "copyright",
          .claim = digest(99),
          .items = {digest(100)},
          .data = {digest(92)}};
}

TEST(Decide, DataThatAnObjectionExcludesIsUsedByNoRun) {
  Facility facility;
  activate(facility, 5000, 1);
  EXPECT_EQ(facility.act("office/treasury", RunEvent(a_run())), "");
  EXPECT_EQ(facility.act("office/technical", approved()), "");
  EXPECT_EQ(facility.act("expert/1", ObjectionEvent(objection())), "");
  const ObjectionEvent upheld = ObjectionDecided{.objection = id(97),
                                                 .outcome = "upheld",
                                                 .reasons = digest(6),
                                                 .items = {digest(100)},
                                                 .data = {digest(92)}};
  EXPECT_EQ(facility.act("office/data-rights", upheld), "");
  EXPECT_EQ(facility.act("office/operation", RunEvent(RunStarted{.run = id(90)})),
            "data " + digest(92) + " may not be used: objection " + id(97) +
                " excludes documents of it; make the data anew without them");
  EXPECT_EQ(facility.act("expert/1", ObjectionEvent(ObjectionAppealed{.objection = id(97),
                                                                      .reasons = digest(7)})),
            "");
  const Event opened =
      VoteEvent(VoteOpened{.vote = id(73),
                           .matter = "objection",
                           .about = id(97),
                           .content = facility.state.objections.find(id(97))->content,
                           .body = "safety-board",
                           .rule = "board-majority",
                           .days = 14,
                           .recused = {}});
  EXPECT_EQ(facility.act("office/registrar", opened), "");
  for (int seat = 1; seat <= 7; ++seat)
    EXPECT_EQ(facility.act(fmt::format("safety/{}", seat), ballot(id(73), "yes")), "");
  EXPECT_EQ(kinds(facility.followed), "vote.closed objection.settled ");
  EXPECT_EQ(facility.act("office/operation", RunEvent(RunStarted{.run = id(90)})), "");
}

TEST(Decide, AnObjectionIsWithdrawnByWhoFiledItAndOverdueByTheClock) {
  Facility facility;
  EXPECT_EQ(facility.act("expert/1", ObjectionEvent(objection())), "");
  EXPECT_EQ(facility.act("expert/2", ObjectionEvent(ObjectionWithdrawn{.objection = id(97)})),
            "objection " + id(97) + " was filed by another seat, which alone may withdraw it");
  facility.wait(14);
  EXPECT_EQ(kinds(facility.followed), "objection.overdue ");
  EXPECT_TRUE(facility.state.objections.excluding_data(digest(92)));
  EXPECT_EQ(facility.act("expert/1", ObjectionEvent(ObjectionWithdrawn{.objection = id(97)})), "");
  EXPECT_FALSE(facility.state.objections.excluding_data(digest(92)));
}

}  // namespace
}  // namespace glass::institution
