#include "glass/institution/safety/incident.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/safety/internal/spans.h"
#include "glass/institution/safety/level.h"
#include "glass/settings/json_fields.h"

namespace glass::institution {
namespace {

constexpr int64_t kAware = 1'800'000'000'000;

const std::string kId(32, 'a');
const std::string kRun(32, 'b');
const std::string kText(64, 'c');

OpenIncident opening(IncidentClass incident_class = IncidentClass::kDeath,
                     Level level = Level::kSl2) {
  return {.incident = kId,
          .run = kRun,
          .account = kText,
          .incident_class = incident_class,
          .level = level,
          .aware_at_ms = kAware};
}

// Applies what decide() makes of an act, and tells the kinds of the events.
std::vector<std::string> act(Incident& incident, const IncidentCommand& command, int64_t at_ms) {
  std::vector<std::string> kinds;
  const auto events = decide(incident, command, {}, at_ms);
  if (!events) return {events.error().message};
  for (const IncidentEvent& event : *events) {
    evolve(incident, event, at_ms);
    kinds.emplace_back(std::visit([](const auto& one) { return one.kKind; }, event));
  }
  return kinds;
}

Incident opened(IncidentClass incident_class = IncidentClass::kDeath, Level level = Level::kSl2) {
  Incident incident;
  EXPECT_EQ(act(incident, opening(incident_class, level), kAware),
            std::vector<std::string>{"incident.opened"});
  return incident;
}

using Kinds = std::vector<std::string>;

TEST(Incident, GoesFromOpeningToFinalReport) {
  Incident incident = opened(IncidentClass::kCyberBreach, Level::kSl4);
  EXPECT_TRUE(is_open(incident));
  EXPECT_EQ(act(incident, GiveIncidentNotice{kText}, kAware + kHourMs),
            Kinds{"incident.notice_given"});
  EXPECT_EQ(act(incident, ReportIncident{kText}, kAware + kDayMs), Kinds{"incident.reported"});
  EXPECT_EQ(act(incident, UpdateIncident{kText}, kAware + 2 * kDayMs), Kinds{"incident.updated"});
  EXPECT_EQ(act(incident, HoldIncidentSession{kText}, kAware + 3 * kDayMs),
            Kinds{"incident.session_held"});
  EXPECT_EQ(act(incident, ResolveIncident{kText}, kAware + 4 * kDayMs), Kinds{"incident.resolved"});
  EXPECT_FALSE(is_open(incident));
  EXPECT_EQ(act(incident, CloseIncident{kText}, kAware + 5 * kDayMs), Kinds{"incident.closed"});
  EXPECT_EQ(incident.state, IncidentState::kClosed);
  EXPECT_EQ(incident.updates, 1);
  EXPECT_EQ(deadlines(incident), std::vector<IncidentDeadline>{});
}

TEST(Incident, IsReportedInTheDaysOfItsClass) {
  const auto days = [](IncidentClass incident_class) {
    return (opened(incident_class).opening.report_due_ms - kAware) / kDayMs;
  };
  EXPECT_EQ(days(IncidentClass::kInfrastructure), 2);
  EXPECT_EQ(days(IncidentClass::kCyberBreach), 5);
  EXPECT_EQ(days(IncidentClass::kDeath), 10);
  EXPECT_EQ(days(IncidentClass::kSeriousHarm), 15);
}

TEST(Incident, IsPublicInTheHoursOfItsLevel) {
  const auto hours = [](Level level) {
    return (opened(IncidentClass::kDeath, level).opening.notice_due_ms - kAware) / kHourMs;
  };
  EXPECT_EQ(hours(Level::kSl1), 15 * 24);
  EXPECT_EQ(hours(Level::kSl2), 72);
  EXPECT_EQ(hours(Level::kSl3), 24);
  EXPECT_EQ(hours(Level::kSl4), 24);
  EXPECT_EQ(opened(IncidentClass::kDeath, Level::kSl3).opening.session_due_ms, 0);
  EXPECT_EQ(opened(IncidentClass::kDeath, Level::kSl4).opening.session_due_ms, kAware + 7 * kDayMs);
}

TEST(Incident, IsUpdatedEveryFourWeeksUntilItIsResolved) {
  Incident incident = opened();
  act(incident, GiveIncidentNotice{kText}, kAware);
  act(incident, ReportIncident{kText}, kAware + kDayMs);
  EXPECT_EQ(deadlines(incident),
            (std::vector<IncidentDeadline>{{IncidentDuty::kUpdate, kAware + 29 * kDayMs}}));
  act(incident, UpdateIncident{kText}, kAware + 20 * kDayMs);
  EXPECT_EQ(deadlines(incident),
            (std::vector<IncidentDeadline>{{IncidentDuty::kUpdate, kAware + 48 * kDayMs}}));
  act(incident, ResolveIncident{kText}, kAware + 30 * kDayMs);
  EXPECT_EQ(deadlines(incident),
            (std::vector<IncidentDeadline>{{IncidentDuty::kFinalReport, kAware + 90 * kDayMs}}));
}

TEST(Incident, IsOverdueAMillisecondLateAndOnlyOnce) {
  Incident incident = opened(IncidentClass::kInfrastructure, Level::kSl3);
  EXPECT_TRUE(due(incident, kAware + kDayMs).empty());
  const std::vector<IncidentEvent> late = due(incident, kAware + kDayMs + 1);
  EXPECT_EQ(late, (std::vector<IncidentEvent>{IncidentOverdue{
                      .incident = kId, .duty = IncidentDuty::kNotice, .due_ms = kAware + kDayMs}}));
  evolve(incident, late[0], kAware + kDayMs + 1);
  EXPECT_TRUE(due(incident, kAware + 2 * kDayMs).empty());
  EXPECT_EQ(due(incident, kAware + 2 * kDayMs + 1).size(), 1U);
}

TEST(Incident, TellsWhatIsOverdueBeforeItIsDoneLate) {
  Incident incident = opened(IncidentClass::kInfrastructure, Level::kSl1);
  EXPECT_EQ(act(incident, ReportIncident{kText}, kAware + 3 * kDayMs),
            (Kinds{"incident.overdue", "incident.reported"}));
  EXPECT_EQ(act(incident, UpdateIncident{kText}, kAware + 40 * kDayMs),
            (Kinds{"incident.overdue", "incident.overdue", "incident.updated"}));
  EXPECT_EQ(act(incident, UpdateIncident{kText}, kAware + 80 * kDayMs),
            (Kinds{"incident.overdue", "incident.updated"}));
}

TEST(Incident, RefusesWhatIsOutOfOrderWithTheWayOut) {
  Incident none;
  EXPECT_EQ(act(none, ReportIncident{kText}, kAware),
            Kinds{"there is no such incident; open it first"});
  Incident incident = opened(IncidentClass::kDeath, Level::kSl4);
  const auto refusal = [&](const IncidentCommand& command, int64_t at_ms = kAware) {
    const auto events = decide(incident, command, {}, at_ms);
    EXPECT_FALSE(events);
    EXPECT_EQ(events.error().code, ErrorCode::kRefused);
    return events.error().message.substr(std::string("incident " + kId + " ").size());
  };
  EXPECT_EQ(refusal(opening()), "is opened already; report, update or resolve it");
  EXPECT_EQ(refusal(UpdateIncident{kText}),
            "has no initial report that could be updated; report it first");
  EXPECT_EQ(refusal(CloseIncident{kText}), "is not resolved; resolve it first");
  EXPECT_EQ(refusal(ReportIncident{kText}, kAware - 1),
            "has a later event than this one; set the clock");
  act(incident, ResolveIncident{kText}, kAware);
  EXPECT_EQ(refusal(ResolveIncident{kText}), "is resolved already; give the final report");
  EXPECT_EQ(refusal(CloseIncident{kText}),
            "has no initial report; the final one cannot stand for it");
  act(incident, ReportIncident{kText}, kAware);
  EXPECT_EQ(refusal(ReportIncident{kText}),
            "has its initial report; what is new belongs into an update");
  EXPECT_EQ(refusal(UpdateIncident{kText}),
            "is resolved; what is new belongs into the final report");
  EXPECT_EQ(refusal(CloseIncident{kText}), "has no public notice; give it first");
  act(incident, GiveIncidentNotice{kText}, kAware);
  EXPECT_EQ(refusal(GiveIncidentNotice{kText}), "has its public notice; there is one");
  EXPECT_EQ(refusal(CloseIncident{kText}),
            "has had no session of the body that meets on it; hold it first");
  act(incident, HoldIncidentSession{kText}, kAware);
  EXPECT_EQ(refusal(HoldIncidentSession{kText}), "has had its session; there is one");
  act(incident, CloseIncident{kText}, kAware);
  EXPECT_EQ(refusal(ReportIncident{kText}), "is closed; open another for what is new");
  incident = opened();
  EXPECT_EQ(refusal(HoldIncidentSession{kText}), "needs no session: these are for SL-4");
}

TEST(Incident, HoldsIdsAndCommitmentsOnly) {
  const auto refusal = [](const Incident& incident, const IncidentCommand& command) {
    const auto decided = decide(incident, command, {}, kAware);
    return decided ? std::string() : decided.error().message;
  };
  OpenIncident wrong = opening();
  wrong.run = "the run of last week";
  EXPECT_EQ(refusal({}, wrong), "incident, run: give 32 hexadecimal digits in lower case");
  wrong = opening();
  wrong.incident = std::string(32, 'A');
  EXPECT_EQ(refusal({}, wrong), "incident, incident: give 32 hexadecimal digits in lower case");
  wrong = opening();
  wrong.aware_at_ms = kAware + 1;
  EXPECT_NE(refusal({}, wrong).find("not after now"), std::string::npos);
  EXPECT_EQ(refusal(opened(), ReportIncident{"what happened"}),
            "incident, report: give 64 hexadecimal digits in lower case");
}

TEST(IncidentClocks, OfACharterAreOrdered) {
  EXPECT_TRUE(expect_sound(IncidentClocks()));
  EXPECT_FALSE(expect_sound(IncidentClocks{.notice_hours_sl3 = 73}));
  EXPECT_FALSE(expect_sound(IncidentClocks{.session_body = "The Council"}));
}

template <typename Event>
Event read_again(Event event) {
  settings::JsonWriter writer;
  describe(writer, event);
  std::vector<std::string> problems;
  settings::JsonReader reader(std::move(writer).take(), "", problems);
  Event again;
  describe(reader, again);
  EXPECT_EQ(problems, std::vector<std::string>{});
  return again;
}

TEST(IncidentEvents, AreTheirOwnJson) {
  const IncidentOpened first = opened(IncidentClass::kCyberBreach, Level::kSl4).opening;
  EXPECT_EQ(read_again(first), first);
  const IncidentOverdue overdue{.incident = kId, .duty = IncidentDuty::kSession, .due_ms = kAware};
  EXPECT_EQ(read_again(overdue), overdue);
  EXPECT_EQ(read_again(IncidentReported{kId, kText}), (IncidentReported{kId, kText}));
  EXPECT_EQ(read_again(IncidentUpdated{kId, kText}), (IncidentUpdated{kId, kText}));
  EXPECT_EQ(read_again(IncidentNoticeGiven{kId, kText}), (IncidentNoticeGiven{kId, kText}));
  EXPECT_EQ(read_again(IncidentSessionHeld{kId, kText}), (IncidentSessionHeld{kId, kText}));
  EXPECT_EQ(read_again(IncidentResolved{kId, kText}), (IncidentResolved{kId, kText}));
  EXPECT_EQ(read_again(IncidentClosed{kId, kText}), (IncidentClosed{kId, kText}));
}

IncidentCommand any_command() {
  switch (*rc::gen::inRange(0, 7)) {
    case 0:
      return opening(static_cast<IncidentClass>(*rc::gen::inRange(0, 4)),
                     static_cast<Level>(*rc::gen::inRange(0, 4)));
    case 1: return ReportIncident{kText};
    case 2: return UpdateIncident{kText};
    case 3: return GiveIncidentNotice{kText};
    case 4: return HoldIncidentSession{kText};
    case 5: return ResolveIncident{kText};
    default: return CloseIncident{kText};
  }
}

struct TimedEvent {
  IncidentEvent event;
  int64_t at_ms;
};

// A history of acts and of looks at the clock, in any order; what is refused changes nothing.
std::vector<TimedEvent> any_history() {
  std::vector<TimedEvent> history;
  Incident incident;
  int64_t at_ms = kAware;
  const int length = *rc::gen::inRange(0, 40);
  for (int i = 0; i < length; ++i) {
    at_ms += *rc::gen::inRange<int64_t>(0, 20) * kDayMs;
    const IncidentCommand command = i == 0 ? IncidentCommand(opening()) : any_command();
    const bool is_look = i > 0 && *rc::gen::arbitrary<bool>();
    const auto events = is_look ? Result<std::vector<IncidentEvent>>(due(incident, at_ms))
                                : decide(incident, command, {}, at_ms);
    if (!events) continue;
    for (const IncidentEvent& event : *events) {
      evolve(incident, event, at_ms);
      history.push_back({event, at_ms});
    }
  }
  return history;
}

template <typename Event>
int64_t count_of(const std::vector<TimedEvent>& history) {
  return std::ranges::count_if(
      history, [](const TimedEvent& one) { return std::holds_alternative<Event>(one.event); });
}

void expect_invariants(const Incident& incident, int64_t at_ms) {
  RC_ASSERT(incident.opening.aware_at_ms <= incident.opened_at_ms);
  RC_ASSERT(incident.opened_at_ms <= at_ms);
  RC_ASSERT(incident.updates == 0 || incident.reported_at_ms);
  RC_ASSERT(!incident.updated_at_ms || !incident.resolved_at_ms ||
            *incident.updated_at_ms <= *incident.resolved_at_ms);
  if (incident.state == IncidentState::kClosed) {
    RC_ASSERT(incident.reported_at_ms && incident.notice_at_ms && incident.resolved_at_ms);
    RC_ASSERT(incident.opening.session_due_ms == 0 || incident.session_at_ms);
    RC_ASSERT(due(incident, at_ms + 1000 * kDayMs).empty());
  }
  for (const int64_t told_ms : incident.told_due_ms) RC_ASSERT(told_ms < at_ms);
}

TEST(Incident, HoldsItsInvariantsAfterEveryStep) {
  EXPECT_TRUE(rc::check("any prefix of a history folds", [] {
    const std::vector<TimedEvent> history = any_history();
    Incident incident;
    std::vector<IncidentEvent> overdue;
    for (const TimedEvent& one : history) {
      evolve(incident, one.event, one.at_ms);
      expect_invariants(incident, one.at_ms);
      if (std::holds_alternative<IncidentOverdue>(one.event)) {
        RC_ASSERT(std::ranges::find(overdue, one.event) == overdue.end());
        overdue.push_back(one.event);
      }
    }
    RC_ASSERT(count_of<IncidentOpened>(history) <= 1);
    RC_ASSERT(count_of<IncidentReported>(history) <= 1);
    RC_ASSERT(count_of<IncidentNoticeGiven>(history) <= 1);
    RC_ASSERT(count_of<IncidentSessionHeld>(history) <= 1);
    RC_ASSERT(count_of<IncidentResolved>(history) <= 1);
    RC_ASSERT(count_of<IncidentClosed>(history) <= 1);
  }));
}

// Whether the clock is looked at often or not at all, the same is told as overdue before an act.
TEST(Incident, LosesNoOverdueDutyWhereNobodyLooks) {
  EXPECT_TRUE(rc::check("a late act tells what is overdue first", [] {
    Incident watched = opened(IncidentClass::kDeath, Level::kSl4), unwatched = watched;
    const int64_t late_ms = kAware + *rc::gen::inRange<int64_t>(0, 60) * kDayMs;
    for (int64_t at_ms = kAware; at_ms <= late_ms; at_ms += kDayMs) {
      for (const IncidentEvent& event : due(watched, at_ms)) evolve(watched, event, at_ms);
    }
    act(watched, ReportIncident{kText}, late_ms);
    act(unwatched, ReportIncident{kText}, late_ms);
    RC_ASSERT(watched == unwatched);
  }));
}

}  // namespace
}  // namespace glass::institution
