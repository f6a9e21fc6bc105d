// Histories of petitions: whatever is wanted by whomever, a journal of it folds from any prefix to
// the same state, and what is forged or out of its order is refused.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/result.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/decide.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/acts/test_facility.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"

namespace glass::institution {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

const std::string kOfficeSeat = "office/petitions";

std::string any_doer() {
  return *rc::gen::elementOf(std::vector<std::string>{
      kOfficeSeat, kOfficeSeat, "office/moderation-1", "office/moderation-2", "council/DE-1"});
}

std::string any_petition() {
  return id(*rc::gen::elementOf(std::vector<int>{40, 41}));
}

PetitionEvent any_first(const std::string& which, const Petition* now, const std::string& doer,
                        int64_t now_ms) {
  switch (*rc::gen::inRange(0, 6)) {
    case 0: return PetitionDrafted{.petition = which, .text = digest(41), .creator = digest(42)};
    case 1: return PetitionConfirmed{.petition = which};
    case 2:
    case 3:
      return PetitionSponsored{.petition = which,
                               .sponsors = now == nullptr ? 1 : now->sponsors + 1};
    case 4:
      return PetitionOpened{.petition = which,
                            .by = doer,
                            .retention_from = "closing",
                            .closes_ms = now_ms + 183 * kDay};
    default:
      return PetitionRejected{
          .petition = which, .by = doer, .code = "local", .reasons = digest(43)};
  }
}

PetitionEvent any_later(const std::string& which, const Petition* now, const std::string& doer,
                        int64_t now_ms) {
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
    case 1: {
      PetitionCounted counted{.petition = which, .root = digest(44)};
      counted.hour_ms = now_ms / kCountedHourMs * kCountedHourMs - kCountedHourMs;
      counted.totals = now == nullptr ? PetitionTotals() : now->totals;
      counted.totals.validated += *rc::gen::elementOf(std::vector<int64_t>{0, 7, 4'000, 12'000});
      counted.size = counted.totals.validated;
      return counted;
    }
    case 2:
      return PetitionPaused{
          .petition = which, .by = doer, .reason = "integrity", .until_ms = now_ms + 3 * kDay};
    case 3: return PetitionResumed{.petition = which, .by = doer};
    case 4: return PetitionSecretDestroyed{.petition = which, .secret = "key"};
    default: return PetitionSecretDestroyed{.petition = which, .secret = "salts"};
  }
}

// What a journal holds: an act, or only a moment.
struct Line {
  std::optional<SignedAct> act;
  int64_t at_ms = 0;
  std::vector<std::string> follows;
};

std::vector<std::string> kinds_of(const std::vector<Event>& events) {
  std::vector<std::string> all;
  for (const Event& event : events) all.emplace_back(kind_of(event));
  return all;
}

// The state that the lines lead to; nothing if one of them cannot be, or other things follow.
std::optional<State> fold(State state, const std::vector<Line>& lines) {
  for (const Line& line : lines) {
    const auto followed = line.act ? take(state, *line.act, line.at_ms) : tick(state, line.at_ms);
    if (!followed || kinds_of(*followed) != line.follows) return std::nullopt;
  }
  return state;
}

// Whatever happens in a facility is put down.
class Recorder {
 public:
  explicit Recorder(Facility& facility) : facility_(facility) {}

  void wait(int64_t ms) {
    facility_.now_ms += ms;
    facility_.wait(0);
    if (!facility_.followed.empty()) put_down({});
  }

  void act(const std::string& seat, const PetitionEvent& event) {
    const SignedAct act = facility_.sign(seat, event);
    if (facility_.put(act).empty()) put_down(act);
  }

  std::vector<Line> lines;

 private:
  void put_down(std::optional<SignedAct> act) {
    lines.push_back({.act = std::move(act),
                     .at_ms = facility_.now_ms,
                     .follows = kinds_of(facility_.followed)});
  }

  Facility& facility_;
};

// In moderation, or open.
void begin(Recorder& recorder, const std::string& which, int64_t now_ms) {
  const int how_far = *rc::gen::inRange(0, 4);
  if (how_far == 0) return;
  recorder.act(kOfficeSeat,
               PetitionDrafted{.petition = which, .text = digest(41), .creator = digest(42)});
  recorder.act(kOfficeSeat, PetitionConfirmed{.petition = which});
  for (int64_t i = 1; i <= 5; ++i)
    recorder.act(kOfficeSeat, PetitionSponsored{.petition = which, .sponsors = i});
  if (how_far == 1) return;
  recorder.act("office/moderation-1", PetitionOpened{.petition = which,
                                                     .by = "office/moderation-1",
                                                     .retention_from = "closing",
                                                     .closes_ms = now_ms + 183 * kDay});
}

// A random history; each prefix is a journal, too.
std::vector<Line> any_history(Facility& facility) {
  Recorder recorder(facility);
  for (const int which : {40, 41}) begin(recorder, id(which), facility.now_ms);
  const int steps = *rc::gen::inRange(10, 60);
  for (int step = 0; step < steps; ++step) {
    recorder.wait(
        *rc::gen::elementOf(std::vector<int64_t>{0, kCountedHourMs, kDay, 3 * kDay, 70 * kDay}));
    const std::string which = any_petition(), doer = any_doer();
    const Petition* now = facility.state.petitions.find(which);
    const bool is_young = now == nullptr || now->opened_at_ms == 0;
    recorder.act(doer, is_young ? any_first(which, now, doer, facility.now_ms)
                                : any_later(which, now, doer, facility.now_ms));
  }
  return recorder.lines;
}

TEST(PetitionHistories, FoldFromAnyPrefixAndInNoOtherOrder) {
  std::map<std::string, int> happened;
  int swapped = 0;
  EXPECT_TRUE(rc::check("a journal of petitions", [&] {
    Facility facility;
    const State founded = facility.state;
    const std::vector<Line> lines = any_history(facility);
    for (const Line& line : lines) {
      if (line.act) ++happened[std::string(kind_of(line.act->act.event))];
      for (const std::string& kind : line.follows) ++happened[kind];
    }
    const auto again = fold(founded, lines);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->petitions == facility.state.petitions);
    if (lines.size() < 2) return;

    const auto cut = *rc::gen::inRange<size_t>(0, lines.size() - 1);
    const std::vector<Line> prefix(lines.begin(), lines.begin() + static_cast<ptrdiff_t>(cut));
    const auto middle = fold(founded, prefix);
    RC_ASSERT(middle.has_value());
    const std::vector<Line> rest(lines.begin() + static_cast<ptrdiff_t>(cut), lines.end());
    RC_ASSERT(fold(*middle, rest)->petitions == facility.state.petitions);

    // Two acts of one seat never change places: their numbers, and mostly their rules, forbid it.
    const Line& first = lines[cut];
    const Line& second = lines[cut + 1];
    if (!first.act || !second.act || first.act->act.seat != second.act->act.seat) return;
    ++swapped;
    RC_ASSERT(!fold(*middle, {second, first}).has_value());
  }));
  EXPECT_GE(happened.size(), 11U) << "the histories are too narrow to show anything";
  EXPECT_GE(swapped, 10);
}

TEST(PetitionHistories, NobodyForgesAnAct) {
  EXPECT_TRUE(rc::check("acts that are changed after they were signed for", [] {
    Facility facility;
    const State founded = facility.state;
    const std::vector<Line> lines = any_history(facility);
    std::vector<size_t> acts;
    for (size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].act) acts.push_back(i);
    }
    if (acts.empty()) return;
    const size_t at = *rc::gen::elementOf(acts);
    const std::vector<Line> prefix(lines.begin(), lines.begin() + static_cast<ptrdiff_t>(at));
    Line forged = lines[at];
    SignedAct& act = *forged.act;
    switch (*rc::gen::inRange(0, 4)) {
      case 0: act.keys = {key(7)}; break;
      case 1:
        act.act.seat = act.act.seat == "council/DE-1" ? "council/FR-1" : "council/DE-1";
        break;
      case 2: act.act.sees = digest(7); break;
      default: act.act.facility = digest(7); break;
    }
    const auto before = fold(founded, prefix);
    RC_ASSERT(before.has_value());
    RC_ASSERT(!fold(*before, {forged}).has_value());
  }));
}

}  // namespace
}  // namespace glass::institution
