#include "glass/institution/safety/lowering.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/safety/assessment.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/evaluation.h"
#include "glass/institution/safety/internal/spans.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/level_facts.h"
#include "glass/institution/safety/trigger.h"
#include "glass/settings/json_fields.h"

namespace glass::institution {
namespace {

constexpr int64_t kNow = 1'800'000'000'000;

LevelControls controls_at(Level level) {
  return default_levels()[static_cast<size_t>(level)];
}

// Alert at 700, critical from 900: clear of the alert below 500.
std::vector<Evaluation> suite(int64_t score) {
  std::vector<Evaluation> all;
  for (size_t i = 0; i < kEvalDomainWords.size(); ++i)
    all.push_back(
        {.domain = static_cast<EvalDomain>(i), .score = score, .alert = 700, .critical = 900});
  return all;
}

// Of a lowering for which everything is there at kNow, and not a millisecond earlier.
LoweringFacts complete(Level from) {
  const LevelControls rules = controls_at(from);
  return {.from = from,
          .to = static_cast<Level>(static_cast<int>(from) - 1),
          .last_trigger_at_ms = kNow - rules.quiet_days * kDayMs,
          .evaluations = suite(499),
          .are_on_final_weights = true,
          .are_with_elicitation = true,
          .has_external_report = true,
          .open_incidents = 0,
          .is_emergency = false,
          .objections_from_ms = kNow - rules.objection_days * kDayMs,
          .open_objections = 0};
}

using Needs = std::vector<LoweringNeed>;

Needs needs_of(const LoweringFacts& facts, int64_t at_ms = kNow) {
  Needs needs;
  for (const LoweringLack& one : lacking_for_lowering(facts, controls_at(facts.from), at_ms))
    needs.push_back(one.need);
  return needs;
}

TEST(Lowering, MayBeDecidedWhenNothingIsMissing) {
  for (const Level from : {Level::kSl2, Level::kSl3, Level::kSl4}) {
    EXPECT_EQ(needs_of(complete(from)), Needs{});
    EXPECT_EQ(needs_of(complete(from), kNow - 1),
              (Needs{LoweringNeed::kQuietTime, LoweringNeed::kObjections}));
  }
}

TEST(Lowering, TakesSevenThirtyAndNinetyQuietDays) {
  const auto days = [](Level from) {
    LoweringFacts facts = complete(from);
    facts.last_trigger_at_ms = kNow;
    int64_t count = 0;
    while (!needs_of(facts, kNow + count * kDayMs).empty()) ++count;
    return count;
  };
  EXPECT_EQ(days(Level::kSl2), 7);
  EXPECT_EQ(days(Level::kSl3), 30);
  EXPECT_EQ(days(Level::kSl4), 90);
}

TEST(Lowering, TakesFourteenAndThirtyDaysOfObjections) {
  const auto days = [](Level from) {
    LoweringFacts facts = complete(from);
    facts.objections_from_ms = kNow;
    int64_t count = 0;
    while (!needs_of(facts, kNow + count * kDayMs).empty()) ++count;
    return count;
  };
  EXPECT_EQ(days(Level::kSl2), 14);
  EXPECT_EQ(days(Level::kSl3), 30);
  EXPECT_EQ(days(Level::kSl4), 30);
}

TEST(Lowering, GoesOneStepAtATime) {
  LoweringFacts facts = complete(Level::kSl3);
  facts.to = Level::kSl1;
  EXPECT_EQ(needs_of(facts), Needs{LoweringNeed::kOneStep});
  facts.to = Level::kSl3;
  EXPECT_EQ(needs_of(facts), Needs{LoweringNeed::kOneStep});
}

TEST(Lowering, NeedsEveryDomainClearOfItsAlert) {
  LoweringFacts facts = complete(Level::kSl2);
  facts.evaluations[1].score = 500;
  EXPECT_EQ(needs_of(facts), Needs{LoweringNeed::kEvaluations});
  facts.evaluations[1].safe_reference = 500;
  EXPECT_EQ(needs_of(facts), Needs{});
  facts.evaluations.pop_back();
  EXPECT_EQ(needs_of(facts), Needs{LoweringNeed::kEvaluations});
  facts.evaluations = suite(499);
  facts.evaluations[0].critical = std::nullopt;
  EXPECT_EQ(needs_of(facts), Needs{LoweringNeed::kEvaluations});
  facts.evaluations[0].critical = 600;  // below the alert: no margin at all
  EXPECT_EQ(needs_of(facts), Needs{LoweringNeed::kEvaluations});
}

TEST(Lowering, NeedsAReportFromOutsideAboveSl2) {
  for (const Level from : {Level::kSl2, Level::kSl3, Level::kSl4}) {
    LoweringFacts facts = complete(from);
    facts.has_external_report = false;
    EXPECT_EQ(needs_of(facts),
              from == Level::kSl2 ? Needs{} : Needs{LoweringNeed::kExternalReport});
  }
}

TEST(Lowering, OfWhichNothingIsKnownTellsAllAtOnce) {
  const LoweringFacts facts{.from = Level::kSl3, .to = Level::kSl2};
  const Status refused = expect_may_lower(facts, controls_at(Level::kSl3), kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  for (const char* sentence :
       {"SL-3 cannot be lowered to SL-2 yet: 30 days without a trigger are needed; ",
        "the evaluations have to be on the final weights", "have to include elicitation",
        "loss-of-control has no score", "an independent report from outside is needed",
        "whether an incident is open is not known", "whether there is an emergency is not known",
        "objections have to be taken for 30 days", "whether an objection is open is not known"})
    EXPECT_NE(refused.error().message.find(sentence), std::string::npos) << sentence;
  LoweringFacts busy = complete(Level::kSl3);
  busy.open_incidents = 1;
  busy.is_emergency = true;
  busy.open_objections = 2;
  EXPECT_EQ(expect_may_lower(busy, controls_at(Level::kSl3), kNow).error().message,
            "SL-3 cannot be lowered to SL-2 yet: 1 incident open; resolve each; nobody lowers a "
            "level during an emergency; 2 objections not answered");
}

LevelFacts facts_of(const char* compute, std::set<Method> methods) {
  LevelFacts facts;
  facts.own_planned = parse_flops(compute).value();
  facts.data_class = DataClass::kD0;
  facts.methods = std::move(methods);
  return facts;
}

TEST(Lowering, NamesTheTriggersThatItSetsAside) {
  const LevelFacts facts = facts_of("4e24", {Method::kText, Method::kNetworkedAgents});
  const Assessment assessment = assess(facts, {}).value();
  const std::vector<SetAside> lowered = set_aside_for(assessment, Level::kSl2).value();
  EXPECT_EQ(lowered, (std::vector<SetAside>{{.kind = TriggerKind::kCompute,
                                             .subject = "",
                                             .value = "4e24",
                                             .level = Level::kSl3,
                                             .counts_as = Level::kSl2},
                                            {.kind = TriggerKind::kMethod,
                                             .subject = "agents",
                                             .value = "SL-3",
                                             .level = Level::kSl3,
                                             .counts_as = Level::kSl2}}));
  EXPECT_EQ(assess(facts, {}, lowered).value().level, Level::kSl2);
}

TEST(Lowering, OfTwoStepsTakesTwoDecisions) {
  const LevelFacts facts = facts_of("1e26", {Method::kText});
  std::vector<SetAside> lowered = set_aside_for(assess(facts, {}).value(), Level::kSl3).value();
  const Assessment third = assess(facts, {}, lowered).value();
  EXPECT_EQ(third.level, Level::kSl3);
  EXPECT_EQ(set_aside_for(third, Level::kSl1).error().message,
            "a level is lowered one step at a time: SL-3 to SL-1 is none");
  const std::vector<SetAside> next = set_aside_for(third, Level::kSl2).value();
  lowered.insert(lowered.end(), next.begin(), next.end());
  EXPECT_EQ(assess(facts, {}, lowered).value().level, Level::kSl2);
}

TEST(Lowering, DoesNotSetMissingEvidenceAside) {
  LevelFacts facts = facts_of("1e21", {Method::kText});
  facts.data_class = std::nullopt;
  const auto refused = set_aside_for(assess(facts, {}).value(), Level::kSl2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "data-class the class of the data is missing: what is missing cannot be set aside; "
            "hand it in");
}

TEST(Lowering, OfAnyRunComesDownByOneAndRisesByMore) {
  EXPECT_TRUE(rc::check("down one step, up again by a higher value", [] {
    LevelFacts facts = facts_of("1", {static_cast<Method>(*rc::gen::inRange(0, 11))});
    facts.own_planned =
        static_cast<Flops>(*rc::gen::inRange(1, 100)) * ten_to(*rc::gen::inRange(23, 26));
    const Assessment assessment = assess(facts, {}).value();
    const Level below = static_cast<Level>(static_cast<int>(assessment.level) - 1);
    const std::vector<SetAside> lowered = set_aside_for(assessment, below).value();
    RC_ASSERT(assess(facts, {}, lowered).value().level == below);
    facts.own_planned -= 1;
    RC_ASSERT(assess(facts, {}, lowered).value().level <= below);
    facts.own_planned += 2;
    const bool by_compute = std::ranges::any_of(lowered, [](const SetAside& one) {
      return one.kind == TriggerKind::kCompute || one.kind == TriggerKind::kDesignCompute;
    });
    const Level again = assess(facts, {}, lowered).value().level;
    RC_ASSERT(again == (by_compute ? assessment.level : below));
  }));
}

TEST(Lowering, OfSecurityNeedsADownloadAsCapableInEveryDomain) {
  std::vector<Evaluation> download = suite(499);
  EXPECT_TRUE(is_matched_by_download(suite(499), download));
  EXPECT_FALSE(is_matched_by_download(suite(500), download));
  download.pop_back();
  EXPECT_FALSE(is_matched_by_download(suite(499), download));
  download = suite(600);
  download[2].score = std::nullopt;
  EXPECT_FALSE(is_matched_by_download(suite(499), download));
}

TEST(SetAside, IsItsOwnJson) {
  SetAside one{.kind = TriggerKind::kEvaluation,
               .subject = "cbrn",
               .value = "750",
               .level = Level::kSl3,
               .counts_as = Level::kSl2};
  settings::JsonWriter writer;
  describe(writer, one);
  std::vector<std::string> problems;
  settings::JsonReader reader(std::move(writer).take(), "", problems);
  SetAside again;
  describe(reader, again);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(again, one);
}

}  // namespace
}  // namespace glass::institution
