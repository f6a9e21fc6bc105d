// Levels, evaluations, incidents and releases, from the acts of people to what follows.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/authority.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/run_facts.h"
#include "glass/institution/acts/test_facility.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/settings/fields.h"
#include "glass/settings/json_fields.h"

namespace glass::institution {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

int64_t level_of_run(RunRegistered terms) {
  Facility facility;
  activate(facility, 5000, 1);
  terms.teraflops = std::max<int64_t>(terms.teraflops, 1);
  EXPECT_EQ(facility.act("office/treasury", RunEvent(terms)), "");
  EXPECT_EQ(kinds(facility.followed), "allocation.run_held run.levelled ");
  return run(facility).level;
}

std::string text_of(std::vector<LevelControls> levels, std::vector<ReleasePath> paths) {
  settings::JsonWriter writer;
  settings::TablesOf level_tables(levels);
  settings::TablesOf path_tables(paths);
  writer.tables("level", level_tables, "");
  writer.tables("path", path_tables, "");
  return to_canonical(Json(std::move(writer).take()));
}

TEST(Safety, OfTheExampleIsTheTableOfLevels) {
  const Charter charter = example();
  EXPECT_EQ(text_of(charter.settings().levels, charter.settings().release_paths),
            text_of(default_levels(), default_release_paths()));
}

TEST(Safety, LevelsARunByWhatIsKnownOfIt) {
  RunRegistered terms = a_run();
  EXPECT_EQ(level_of_run(terms), 1);
  terms.data_class = "unknown";
  EXPECT_EQ(level_of_run(terms), 3);
  terms.data_class = "D1";
  EXPECT_EQ(level_of_run(terms), 2);
  terms.data_class = "D0";
  terms.methods = {"text", "agents"};
  EXPECT_EQ(level_of_run(terms), 3);
  terms.methods = {};
  EXPECT_EQ(level_of_run(terms), 2);
  terms.methods = {"text"};
  terms.teraflops = 99'999'999'999;  // 1e23 operations less 1e12
  EXPECT_EQ(level_of_run(terms), 1);
  terms.teraflops += 1;
  EXPECT_EQ(level_of_run(terms), 2);
  terms.teraflops = 50'000'000'000;
  terms.base = digest(200);
  terms.base_is_released = true;
  EXPECT_EQ(level_of_run(terms), 2);  // nobody knows how much the base model took
  terms.base_teraflops = 49'999'999'999;
  EXPECT_EQ(level_of_run(terms), 1);
  terms.synthetic_teraflops = 1;
  EXPECT_EQ(level_of_run(terms), 2);
}

TEST(Safety, ARunStandsAtLeastAsHighAsTheModelItGoesOnFrom) {
  Facility facility;
  end_at_level(facility, 1);
  RunRegistered on = a_run();
  on.run = id(93);
  on.base = id(94);
  EXPECT_EQ(facility.act("office/treasury", RunEvent(on)),
            "there is no run " + id(94) + " to go on from");
  on.base = id(90);
  EXPECT_EQ(facility.act("office/treasury", RunEvent(on)), "");
  EXPECT_EQ(facility.state.runs.find(id(93))->level, 1);
  EXPECT_EQ(facility.act("office/safety-1", RunEvent(RunRaised{.run = id(90), .level = 3})), "");
  EXPECT_EQ(kinds(facility.followed), "run.levelled run.levelled ");
  EXPECT_EQ(facility.state.runs.find(id(93))->level, 3);
}

TEST(Safety, TellsWhatARunWaitsFor) {
  Facility facility;
  activate(facility, 5000, 3);
  ASSERT_EQ(facility.act("office/treasury", RunEvent(a_run())), "");
  const auto sentences = awaited(facility.state, run(facility), facility.now_ms);
  ASSERT_EQ(sentences.size(), 2U);
  EXPECT_EQ(
      sentences[0],
      "a vote on the matter 'clearance' in body 'safety-board' by rule 'board-two-thirds' on " +
          run(facility).content);
  EXPECT_TRUE(sentences[1].starts_with("the notice before the start is over at "));
}

TEST(Safety, TwoDelegatesStopARunAtLevelThreeAndOneDoesNot) {
  Facility facility;
  activate(facility, 5000, 3);
  ASSERT_EQ(facility.act("office/treasury", RunEvent(a_run())), "");
  const Event stop = RunEvent(RunStopAsked{.run = id(90), .reasons = digest(5)});
  EXPECT_EQ(facility.act("council/PL-2", stop), "");
  EXPECT_EQ(kinds(facility.followed), "");
  EXPECT_EQ(facility.act("council/PL-2", stop), "seat council/PL-2 has asked for a stop of run " +
                                                    id(90) + " already; another seat has to, too");
  EXPECT_EQ(facility.act("council/DE-1", stop), "");
  EXPECT_EQ(kinds(facility.followed), "run.stopped ");
  Facility other;
  activate(other, 5000, 3);
  ASSERT_EQ(other.act("office/treasury", RunEvent(a_run())), "");
  EXPECT_EQ(other.act("safety/4", stop), "");
  EXPECT_EQ(kinds(other.followed), "run.stopped ");
}

TEST(Safety, AtLevelOneNobodyStopsButTheProjectAndTheOperator) {
  Facility facility;
  start_at_level_1(facility);
  const Event stop = RunEvent(RunStopAsked{.run = id(90), .reasons = digest(5)});
  EXPECT_EQ(facility.act("safety/4", stop),
            "seat safety/4 may not do this: by the charter's right 'stopping', run.stop_asked "
            "belongs to applicant, operator");
  EXPECT_EQ(facility.act("office/operation", stop), "");
  EXPECT_EQ(kinds(facility.followed), "run.stopped ");
}

TEST(Safety, ARestartAtLevelTwoTakesThoseWhoApprovedTheStart) {
  Facility facility;
  activate(facility, 5000, 2);
  facility.act("office/treasury", RunEvent(a_run()));
  facility.act("office/technical", approved());
  facility.act("office/safety-1", approved());
  facility.act("office/operation", RunEvent(RunStarted{.run = id(90)}));
  ASSERT_EQ(
      facility.act("office/safety-2", RunEvent(RunStopAsked{.run = id(90), .reasons = digest(5)})),
      "");
  EXPECT_EQ(facility.act("office/technical", approved()), "");
  EXPECT_EQ(facility.act("office/safety-2", approved()), "");
  EXPECT_EQ(kinds(facility.followed), "");
  EXPECT_EQ(lacking_persons(facility.state, run(facility)).size(), 3U);
  EXPECT_EQ(facility.act("office/safety-1", approved()), "");
  EXPECT_EQ(kinds(facility.followed), "run.cleared ");
}

TEST(Safety, AnAlertRaisesTheLevelAndBordersHoldForWhatWasMeasuredBefore) {
  Facility facility;
  end_at_level(facility, 1);
  set_borders(facility);
  EXPECT_EQ(facility.act("office/evaluation", RunEvent(final_evaluation(42))), "");
  EXPECT_EQ(kinds(facility.followed), "");
  EXPECT_EQ(facility.act("office/evaluation", RunEvent(final_evaluation(43))), "");
  EXPECT_EQ(run(facility).level, 2);
  EXPECT_EQ(facility.act("office/evaluation", RunEvent(final_evaluation(50))), "");
  EXPECT_EQ(run(facility).level, 3);
  EXPECT_EQ(facility.act("office/evaluation", RunEvent(final_evaluation(10))), "");
  EXPECT_EQ(run(facility).level, 3);  // it does not fall by itself

  Facility early;
  end_at_level(early, 1);
  EXPECT_EQ(early.act("office/evaluation", RunEvent(final_evaluation(1))), "");
  EXPECT_EQ(run(early).level, 3);  // nobody can rule out an alert without borders
}

TEST(Safety, ARunWhoseEvaluationIsLateHalts) {
  Facility facility;
  activate(facility, 5000, 2);
  RunRegistered terms = a_run();
  terms.teraflops = 20'000'000'000;  // 2e22
  facility.act("office/treasury", RunEvent(terms));
  facility.act("office/technical", approved());
  facility.act("office/safety-1", approved());
  facility.act("office/operation", RunEvent(RunStarted{.run = id(90)}));
  const auto meter = [&](int64_t teraflops, int64_t steps) {
    EXPECT_EQ(
        facility.act("office/operation",
                     RunEvent(RunMetered{
                         .run = id(90), .minutes = 1, .teraflops = teraflops, .steps = steps})),
        "");
    return kinds(facility.followed);
  };
  EXPECT_EQ(meter(10'000'000'000, 500), "allocation.run_used ");
  EXPECT_EQ(meter(10'000'000'001, 550), "");
  EXPECT_EQ(meter(10'000'000'002, 551), "run.halted ");
  EXPECT_EQ(run(facility).interrupted_by, "evaluation-overdue");
}

// Published at level 1 by all that the gate asks for, and by nothing less.
TEST(Safety, AModelIsPublishedWhenTheGateIsOpen) {
  Facility facility;
  end_at_level(facility, 1);
  set_borders(facility);
  ASSERT_EQ(facility.act("office/treasury", release_requested()), "");
  ASSERT_EQ(facility.act("office/releases", RunEvent(ReleaseApproved{.run = id(90)})), "");
  EXPECT_EQ(kinds(facility.followed), "");
  check_release(facility);
  EXPECT_EQ(kinds(facility.followed), "");
  EXPECT_FALSE(expect_may_publish(facility.state, run(facility), facility.now_ms));
  const auto sentences = awaited(facility.state, run(facility), facility.now_ms);
  ASSERT_EQ(sentences.size(), 1U);
  EXPECT_TRUE(
      sentences.front().starts_with("release gate, 5 evaluations: not known: evaluations of"))
      << sentences.front();
  EXPECT_EQ(facility.act("office/evaluation", RunEvent(final_evaluation(42))), "");
  EXPECT_EQ(kinds(facility.followed), "release.decided ");
  EXPECT_EQ(run(facility).state, RunState::kPublished);
}

TEST(Safety, AModelOfLevelTwoWaitsForTwoOfficersAndThePublicNotice) {
  Facility facility;
  end_at_level(facility, 2);
  set_borders(facility);
  facility.act("office/evaluation", RunEvent(final_evaluation(42)));
  ASSERT_EQ(facility.act("office/treasury", release_requested()), "");
  check_release(facility);
  const Event yes = RunEvent(ReleaseApproved{.run = id(90)});
  for (const char* seat : {"office/releases", "office/safety-1"})
    EXPECT_EQ(facility.act(seat, yes), "");
  facility.wait(14);
  EXPECT_EQ(kinds(facility.followed), "run.notice_ended ");
  EXPECT_EQ(facility.act("office/safety-2", yes), "");
  EXPECT_EQ(kinds(facility.followed), "release.decided ");
}

TEST(Safety, WhoeverRanTheRunIsNoSecondOperator) {
  Facility facility;
  end_at_level(facility, 1);
  set_borders(facility);
  facility.act("office/evaluation", RunEvent(final_evaluation(42)));
  facility.act("office/treasury", release_requested());
  check_release(facility);
  auto chain = *run(facility).checks.chain;
  EXPECT_EQ(facility.act("office/operation", RunEvent(chain)), "");
  EXPECT_EQ(facility.act("office/releases", RunEvent(ReleaseApproved{.run = id(90)})), "");
  EXPECT_EQ(kinds(facility.followed), "");
  EXPECT_EQ(facility.act("office/technical", RunEvent(chain)), "");
  EXPECT_EQ(kinds(facility.followed), "release.decided ");
}

IncidentOpened incident(const Facility& facility) {
  return {.incident = id(99),
          .run = id(90),
          .account = digest(6),
          .incident_class = IncidentClass::kCyberBreach,
          .level = Level::kSl1,
          .aware_at_ms = facility.now_ms,
          .report_due_ms = facility.now_ms + 5 * kDay,
          .notice_due_ms = facility.now_ms + 15 * kDay,
          .session_due_ms = 0};
}

TEST(Safety, AnOpenIncidentKeepsAModelFromBeingPublished) {
  Facility facility;
  end_at_level(facility, 1);
  set_borders(facility);
  facility.act("office/evaluation", RunEvent(final_evaluation(42)));
  ASSERT_EQ(facility.act("office/operation", IncidentEvent(incident(facility))), "");
  facility.act("office/treasury", release_requested());
  check_release(facility);
  EXPECT_EQ(facility.act("office/releases", RunEvent(ReleaseApproved{.run = id(90)})), "");
  EXPECT_EQ(kinds(facility.followed), "");
  const Event resolved = IncidentEvent(IncidentResolved{.incident = id(99), .account = digest(7)});
  EXPECT_EQ(facility.act("office/safety-1", resolved), "");
  EXPECT_EQ(kinds(facility.followed), "release.decided ");
}

TEST(Safety, AnIncidentHasTheClocksOfTheCharterAndIsToldWhenOverdue) {
  Facility facility;
  end_at_level(facility, 1);
  IncidentOpened opened = incident(facility);
  opened.report_due_ms += 1;
  EXPECT_TRUE(facility.act("office/operation", IncidentEvent(opened))
                  .starts_with("by the charter's clocks the report is due at"));
  opened = incident(facility);
  opened.level = Level::kSl2;
  EXPECT_EQ(facility.act("office/operation", IncidentEvent(opened)),
            "run " + id(90) + " is at SL-1, and the incident says SL-2");
  ASSERT_EQ(facility.act("office/operation", IncidentEvent(incident(facility))), "");
  facility.wait(5);
  EXPECT_EQ(kinds(facility.followed), "");
  facility.wait(1);
  EXPECT_EQ(kinds(facility.followed), "incident.overdue ");
  facility.wait(20);
  EXPECT_EQ(kinds(facility.followed), "incident.overdue ");
  EXPECT_EQ(facility.act("office/operation", IncidentEvent(IncidentOverdue{})),
            "nobody does incident.overdue; it follows by itself");
}

TEST(Safety, ALevelComesDownAStepByWhatItsTableAsks) {
  Facility facility;
  end_at_level(facility, 1);
  set_borders(facility);
  facility.act("office/evaluation", RunEvent(final_evaluation(43)));
  ASSERT_EQ(run(facility).level, 2);
  const Event asked = RunEvent(LoweringAsked{.run = id(90)});
  EXPECT_TRUE(facility.act("office/treasury", asked)
                  .starts_with("the level of run " + id(90) + " cannot be lowered: "))
      << facility.act("office/treasury", asked);
  facility.wait(7);
  // A score of 19 is clear of the alert by the margin of its domain.
  facility.act("office/evaluation", RunEvent(final_evaluation(19)));
  EXPECT_EQ(run(facility).level, 2);
  ASSERT_EQ(facility.act("office/treasury", asked), "");
  const Event yes = RunEvent(LoweringApproved{.run = id(90)});
  EXPECT_EQ(facility.act("office/technical", yes), "");
  EXPECT_EQ(facility.act("office/safety-1", yes), "");
  EXPECT_EQ(kinds(facility.followed), "");
  facility.wait(14);
  EXPECT_EQ(kinds(facility.followed), "run.notice_ended run.lowered ");
  EXPECT_EQ(run(facility).level, 1);
  // What gave the level before raises again only with a higher value.
  facility.act("office/evaluation", RunEvent(final_evaluation(43)));
  EXPECT_EQ(run(facility).level, 2);
}

TEST(Safety, WhatALoweringSetAsideRaisesAgainOnlyWithAHigherValue) {
  Facility facility;
  activate(facility, 5000, 1);
  set_borders(facility);
  RunRegistered terms = a_run();
  terms.teraflops = 100'000'000'000;  // 1e23 operations
  facility.act("office/treasury", RunEvent(terms));
  facility.act("office/technical", approved());
  facility.act("office/safety-1", approved());
  facility.act("office/operation", RunEvent(RunStarted{.run = id(90)}));
  facility.act(
      "office/operation",
      RunEvent(RunEnded{
          .run = id(90), .outcome = "finished", .record = digest(94), .model = digest(95)}));
  facility.act("office/evaluation", RunEvent(final_evaluation(19)));
  facility.wait(7);
  ASSERT_EQ(facility.act("office/treasury", RunEvent(LoweringAsked{.run = id(90)})), "");
  const Event yes = RunEvent(LoweringApproved{.run = id(90)});
  facility.act("office/technical", yes);
  facility.act("office/safety-1", yes);
  facility.wait(14);
  EXPECT_EQ(run(facility).level, 1);
  EXPECT_EQ(run(facility).set_aside.size(), 1U);
  facility.act("office/evaluation", RunEvent(final_evaluation(19)));
  EXPECT_EQ(run(facility).level, 1);
  facility.act("office/evaluation", RunEvent(final_evaluation(50)));
  EXPECT_EQ(run(facility).level, 3);
}

TEST(Safety, AVoteByTheRuleOfALowerLevelDoesNotClearAHigherOne) {
  Facility facility;
  activate(facility, 5000, 3);
  ASSERT_EQ(facility.act("office/treasury", RunEvent(a_run())), "");
  const Event opened = VoteEvent(vote_on_clearance(facility, id(72)));
  ASSERT_EQ(facility.act("office/registrar", opened), "");
  for (int seat = 1; seat <= 7; ++seat)
    facility.act(fmt::format("safety/{}", seat), ballot(id(72), "yes"));
  ASSERT_EQ(facility.act("office/safety-1", RunEvent(RunRaised{.run = id(90), .level = 4})), "");
  VoteOpened council = vote_on_clearance(facility, id(73));
  council.body = "council";
  council.rule = "two-thirds-of-all";
  council.days = 20;
  ASSERT_EQ(facility.act("office/registrar", VoteEvent(council)), "");
  for (const char* member : {"DE", "FR", "IT", "ES", "PL"})
    facility.act(fmt::format("council/{}-1", member), ballot(id(73), "yes"));
  facility.wait(30);
  EXPECT_EQ(run(facility).state, RunState::kRegistered);
}

}  // namespace
}  // namespace glass::institution
