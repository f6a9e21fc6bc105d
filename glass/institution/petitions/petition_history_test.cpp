// Histories: whatever is wanted of a petition, in whatever order, its invariants hold.
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/test_petitions.h"

namespace glass::institution {
namespace {

std::string any_seat() {
  return *rc::gen::elementOf(std::vector<std::string>{"moderator/1", "moderator/2", "officer/1"});
}

std::string any_id() {
  return test_id(*rc::gen::elementOf(std::string("123")));
}

PetitionCounted any_count(const TestPetition& one) {
  PetitionCounted counted = one.next_count(one.petition.totals.validated);
  const int64_t more = *rc::gen::elementOf(std::vector<int64_t>{0, 0, 7, 5'000, 40'000});
  counted.totals.validated += more;
  counted.size += more;
  counted.totals.withdrawn += *rc::gen::inRange<int64_t>(0, 4);
  if (more >= 5'000) {
    for (PetitionCountryTotals& row : counted.countries) row.totals.validated += more / 50;
    if (counted.countries.empty()) {
      for (const CountrySeats& country : one.rules.floors.countries) {
        PetitionCountryTotals& row = counted.countries.emplace_back();
        row.country = country.country;
        row.totals.validated = more / 10;
      }
    }
  }
  return counted;
}

PetitionPaperCounted any_paper() {
  return {.petition = kTestPetition,
          .batch = any_id(),
          .country = "LU",
          .by = any_seat(),
          .number = *rc::gen::inRange<int64_t>(8, 300)};
}

PetitionInvalidationProposed any_invalidation() {
  PetitionInvalidationProposed proposed;
  proposed.petition = kTestPetition;
  proposed.invalidation = any_id();
  proposed.by = any_seat();
  proposed.reasons = kTestCommitment;
  proposed.number = *rc::gen::inRange<int64_t>(0, 30);
  return proposed;
}

PetitionInvalidationUndone any_undoing() {
  PetitionInvalidationUndone undone;
  undone.petition = kTestPetition;
  undone.invalidation = any_id();
  undone.by = any_seat();
  undone.reasons = kTestCommitment;
  undone.number = *rc::gen::inRange<int64_t>(0, 20);
  return undone;
}

PetitionEvent any_beginning(const TestPetition& one) {
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return PetitionDrafted{
          .petition = kTestPetition, .text = kTestCommitment, .creator = kTestCommitment};
    case 1: return PetitionConfirmed{.petition = kTestPetition};
    case 2:
      return PetitionSponsored{.petition = kTestPetition, .sponsors = one.petition.sponsors + 1};
    case 3:
      return PetitionOpened{.petition = kTestPetition,
                            .by = any_seat(),
                            .retention_from = "answer",
                            .closes_ms = one.now_ms + one.rules.open_ms};
    case 4:
      return PetitionRejected{
          .petition = kTestPetition, .by = any_seat(), .code = "local", .reasons = kTestCommitment};
    default: return PetitionAppealed{.petition = kTestPetition, .reasons = kTestCommitment};
  }
}

PetitionEvent any_change(const TestPetition& one) {
  switch (*rc::gen::inRange(0, 10)) {
    case 0:
    case 1:
    case 2: return any_count(one);
    case 3: return any_paper();
    case 4:
      return PetitionPaperConfirmed{.petition = kTestPetition,
                                    .batch = any_id(),
                                    .by = any_seat(),
                                    .number = one.petition.paper_batches.empty()
                                                  ? 10
                                                  : one.petition.paper_batches.back().number};
    case 5:
      return PetitionPaperDropped{.petition = kTestPetition, .batch = any_id(), .by = any_seat()};
    case 6: return any_invalidation();
    case 7:
      return PetitionInvalidated{.petition = kTestPetition,
                                 .invalidation = any_id(),
                                 .by = any_seat(),
                                 .number = *rc::gen::inRange<int64_t>(0, 30),
                                 .pending = 0};
    case 8: return any_undoing();
    default:
      return PetitionAnswered{.petition = kTestPetition,
                              .threshold = "response",
                              .body = "secretariat",
                              .answer = kTestCommitment};
  }
}

PetitionEvent any_ending(const TestPetition& one) {
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return PetitionHidingProposed{.petition = kTestPetition,
                                    .by = any_seat(),
                                    .reason = "offensive",
                                    .reasons = kTestCommitment};
    case 1: return PetitionHidden{.petition = kTestPetition, .by = any_seat()};
    case 2:
      return PetitionPaused{.petition = kTestPetition,
                            .by = any_seat(),
                            .reason = "incident",
                            .until_ms = one.now_ms + kTestDayMs};
    case 3: return PetitionResumed{.petition = kTestPetition, .by = "officer/1"};
    case 4: return PetitionClosed{.petition = kTestPetition, .cause = "ended"};
    case 5: return PetitionSecretDestroyed{.petition = kTestPetition, .secret = "key"};
    case 6: return PetitionSecretDestroyed{.petition = kTestPetition, .secret = "salts"};
    default: return PetitionArchived{.petition = kTestPetition};
  }
}

// The event by which somebody does what is due.
PetitionEvent event_of(const PetitionDeadline& deadline) {
  switch (deadline.duty) {
    case PetitionDuty::kDelayModeration:
      return PetitionModerationDelayed{.petition = kTestPetition};
    case PetitionDuty::kClose: return PetitionClosed{.petition = kTestPetition, .cause = "ended"};
    case PetitionDuty::kResume: return PetitionResumed{.petition = kTestPetition, .by = ""};
    case PetitionDuty::kMarkOverdue:
      return PetitionOverdue{.petition = kTestPetition,
                             .threshold = std::string(deadline.threshold)};
    case PetitionDuty::kDestroyKey:
      return PetitionSecretDestroyed{.petition = kTestPetition, .secret = "key"};
    case PetitionDuty::kDestroySalts:
      return PetitionSecretDestroyed{.petition = kTestPetition, .secret = "salts"};
    case PetitionDuty::kArchive: return PetitionArchived{.petition = kTestPetition};
  }
  return PetitionArchived{};
}

void expect_invariants(const Petition& now, const Petition& before, const PetitionRules& rules) {
  RC_ASSERT(signature_count(now) >= 0);
  RC_ASSERT(now.totals.validated >= before.totals.validated);
  RC_ASSERT(now.totals.withdrawn >= before.totals.withdrawn);
  RC_ASSERT(now.leaves == now.totals.validated);
  RC_ASSERT(
      (now.invalidated >= 0 && now.invalidated <= now.totals.validated - now.totals.withdrawn));
  for (const PetitionCountryTotals& row : now.countries)
    RC_ASSERT(row.totals.validated >= rules.small_count);
  std::set<std::string> names;
  for (const PetitionClock& clock : now.clocks) RC_ASSERT(names.insert(clock.threshold).second);
  const bool is_back = before.state == PetitionState::kRejected && !before.has_appealed &&
                       now.state == PetitionState::kModeration;
  RC_ASSERT((!has_ended(before) || has_ended(now) || is_back));
  RC_ASSERT((!has_ended(now) || now.ended_at_ms >= before.changed_at_ms ||
             now.ended_at_ms == before.ended_at_ms));
  RC_ASSERT((now.has_salts || !now.has_key));
  RC_ASSERT((now.state != PetitionState::kArchived || !now.has_salts));
}

// A petition at its beginning, in moderation or open, so that many histories come to its end.
TestPetition any_begun() {
  TestPetition one;
  const int which = *rc::gen::inRange(0, 4);
  if (which == 1) one.moderate();
  if (which > 1) one.open();
  return one;
}

struct Recorded {
  PetitionEvent event;
  int64_t at_ms;
};

TEST(PetitionHistory, KeepsTheInvariantsWhateverIsWanted) {
  std::map<std::string_view, int> happened;
  EXPECT_TRUE(rc::check("any events", [&] {
    TestPetition one = any_begun();
    const Petition start = one.petition;
    std::vector<Recorded> record;
    const int steps = *rc::gen::inRange(0, 80);
    for (int step = 0; step < steps; ++step) {
      one.wait(*rc::gen::elementOf(
          std::vector<int64_t>{0, 1, kTestHourMs, 2 * kTestHourMs, kTestDayMs, 70 * kTestDayMs}));
      const int which = *rc::gen::inRange(0, 4);
      const PetitionEvent wanted = which == 0   ? any_beginning(one)
                                   : which == 1 ? any_ending(one)
                                                : any_change(one);
      const Petition before = one.petition;
      const auto events = decide(one.petition, one.rules, wanted, one.now_ms);
      RC_ASSERT(one.petition == before);
      if (!events) continue;
      RC_ASSERT(events->front() == wanted);
      for (const PetitionEvent& event : *events) {
        evolve(one.petition, event, one.now_ms);
        record.push_back({event, one.now_ms});
        ++happened[kind_of(event)];
      }
      expect_invariants(one.petition, before, one.rules);
    }
    Petition again = start;
    for (const Recorded& one_of : record) evolve(again, one_of.event, one_of.at_ms);
    RC_ASSERT(again == one.petition);
  }));
  EXPECT_GE(happened.size(), 12U) << "the histories are too narrow to show anything";
}

TEST(PetitionHistory, WhatIsDueMayHappenAndIsThenDueNoMore) {
  EXPECT_TRUE(rc::check("everything that time makes due", [] {
    TestPetition one = any_begun();
    const int steps = *rc::gen::inRange(0, 25);
    for (int step = 0; step < steps; ++step) {
      one.wait(*rc::gen::elementOf(std::vector<int64_t>{kTestHourMs, kTestDayMs, 50 * kTestDayMs}));
      const auto waiting = due(one.petition, one.rules, one.now_ms);
      RC_ASSERT(std::ranges::is_sorted(waiting, {}, &PetitionDeadline::at_ms));
      RC_ASSERT((waiting.empty() || waiting.back().at_ms <= one.now_ms));
      if (!waiting.empty()) {
        const PetitionEvent event = event_of(waiting.front());
        const auto done = decide(one.petition, one.rules, event, one.now_ms);
        RC_ASSERT(done.has_value());
        for (const PetitionEvent& each : *done) evolve(one.petition, each, one.now_ms);
        RC_ASSERT(due(one.petition, one.rules, one.now_ms) != waiting);
        continue;
      }
      const PetitionEvent wanted =
          *rc::gen::arbitrary<bool>() ? any_beginning(one) : any_change(one);
      if (const auto events = decide(one.petition, one.rules, wanted, one.now_ms)) {
        for (const PetitionEvent& each : *events) evolve(one.petition, each, one.now_ms);
      }
    }
  }));
}

TEST(PetitionHistory, TheClockIsNeverEarly) {
  EXPECT_TRUE(rc::check("a moment before it is due", [] {
    TestPetition one = any_begun();
    if (one.petition.state == PetitionState::kNone) one.moderate();
    const int changes = *rc::gen::inRange(0, 6);
    for (int i = 0; i < changes; ++i) {
      one.wait(kTestHourMs);
      if (const auto events = decide(one.petition, one.rules, any_change(one), one.now_ms)) {
        for (const PetitionEvent& each : *events) evolve(one.petition, each, one.now_ms);
      }
    }
    for (const PetitionDeadline& deadline : deadlines(one.petition, one.rules)) {
      const PetitionEvent event = event_of(deadline);
      if (deadline.at_ms - 1 >= one.petition.changed_at_ms)
        RC_ASSERT(!decide(one.petition, one.rules, event, deadline.at_ms - 1).has_value());
      const int64_t then_ms = std::max(deadline.at_ms, one.petition.changed_at_ms);
      RC_ASSERT(decide(one.petition, one.rules, event, then_ms).has_value());
    }
  }));
}

}  // namespace
}  // namespace glass::institution
