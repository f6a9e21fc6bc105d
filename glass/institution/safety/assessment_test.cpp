#include "glass/institution/safety/assessment.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/evaluation.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_facts.h"
#include "glass/institution/safety/thresholds.h"
#include "glass/institution/safety/trigger.h"

namespace glass::institution {
namespace {

// A text run on public data, of which nothing is missing.
LevelFacts text_run(std::string_view compute = "1e21") {
  LevelFacts facts;
  facts.own_planned = parse_flops(compute).value();
  facts.data_class = DataClass::kD0;
  facts.methods = {Method::kText};
  return facts;
}

// Alert at 700, critical from 900, the reference at 500 plus 20.
Evaluation evaluated(std::optional<int64_t> score, EvalDomain domain = EvalDomain::kCbrn) {
  return {.domain = domain,
          .score = score,
          .reference = ReferenceScore{.score = 500, .standard_error = 20},
          .alert = 700,
          .critical = 900};
}

Level level_of_facts(const LevelFacts& facts, const std::vector<SetAside>& set_aside = {}) {
  return assess(facts, {}, set_aside).value().level;
}

const Trigger* trigger_of(const Assessment& assessment, TriggerKind kind) {
  const auto at = std::ranges::find(assessment.triggers, kind, &Trigger::kind);
  return at == assessment.triggers.end() ? nullptr : &*at;
}

TEST(Assessment, FollowsComputeExactly) {
  EXPECT_EQ(level_of_facts(text_run("9.99e22")), Level::kSl1);
  EXPECT_EQ(level_of_facts(text_run("1e23")), Level::kSl2);
  EXPECT_EQ(level_of_facts(text_run("3333333333333333333333333")), Level::kSl2);
  EXPECT_EQ(level_of_facts(text_run("3333333333333333333333334")), Level::kSl3);
  EXPECT_EQ(level_of_facts(text_run("9.99e25")), Level::kSl3);
  EXPECT_EQ(level_of_facts(text_run("1e26")), Level::kSl4);
}

TEST(Assessment, OfASequenceModelRisesEarlier) {
  const auto level = [](std::string_view compute) {
    LevelFacts facts = text_run(compute);
    facts.methods = {Method::kBiologyOrChemistry};
    return level_of_facts(facts);
  };
  EXPECT_EQ(level("9.9e21"), Level::kSl2);
  EXPECT_EQ(level("1e22"), Level::kSl3);
  EXPECT_EQ(level("1e23"), Level::kSl4);
}

TEST(Assessment, CountsAllOfTheBaseModel) {
  LevelFacts facts = text_run("2e24");
  facts.base = BaseModel{.compute = 15 * ten_to(23), .is_released = true};
  const Assessment assessment = assess(facts, {}).value();
  EXPECT_EQ(assessment.level, Level::kSl3);
  EXPECT_EQ(flops_text(assessment.compute), "3.5e24");
  ASSERT_EQ(assessment.triggers.size(), 3U);
  EXPECT_EQ(assessment.triggers[0],
            (Trigger{.kind = TriggerKind::kCompute,
                     .value = "3.5e24",
                     .level = Level::kSl3,
                     .because = "own 2e24 + base 1.5e24 + synthetic 0 FLOP"}));
  facts.base->compute = 13 * ten_to(23);
  EXPECT_EQ(level_of_facts(facts), Level::kSl2);
  facts.synthetic = ten_to(23);
  EXPECT_EQ(level_of_facts(facts), Level::kSl3);
}

TEST(Assessment, CountsWhatWasSpentWhereThatIsMoreThanPlanned) {
  LevelFacts facts = text_run("9e22");
  facts.own_spent = ten_to(23);
  EXPECT_EQ(level_of_facts(facts), Level::kSl2);
}

TEST(Assessment, OfOneAgentToolWithNetworkIsContained) {
  LevelFacts facts = text_run("1e21");
  facts.methods.insert(Method::kNetworkedAgents);
  EXPECT_EQ(level_of_facts(facts), Level::kSl3);
}

TEST(Assessment, FollowsTheMethods) {
  const auto level = [](Method method) {
    LevelFacts facts = text_run();
    facts.methods = {method};
    return level_of_facts(facts);
  };
  for (const Method method :
       {Method::kText, Method::kCode, Method::kEmbedding, Method::kClassifier})
    EXPECT_EQ(level(method), Level::kSl1);
  for (const Method method : {Method::kPhotorealMedia, Method::kVoiceCloning,
                              Method::kReinforcementWithTools, Method::kBiologyOrChemistry})
    EXPECT_EQ(level(method), Level::kSl2);
  EXPECT_EQ(level(Method::kResearchLoop), Level::kSl3);
  EXPECT_EQ(level(Method::kSelfModification), Level::kSl4);
}

TEST(Assessment, FollowsTheDataAndRefusesWhatIsUnlawful) {
  const auto level = [](DataClass data_class) {
    LevelFacts facts = text_run();
    facts.data_class = data_class;
    return level_of_facts(facts);
  };
  EXPECT_EQ(level(DataClass::kD0), Level::kSl1);
  EXPECT_EQ(level(DataClass::kD1), Level::kSl2);
  EXPECT_EQ(level(DataClass::kD2), Level::kSl2);
  EXPECT_EQ(level(DataClass::kD3), Level::kSl3);
  LevelFacts facts = text_run("1e26");
  facts.data_class = DataClass::kD4;
  const auto refused = assess(facts, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_NE(refused.error().message.find("D4 is unlawful"), std::string::npos);
}

TEST(Assessment, FollowsTheScores) {
  const auto level = [](int64_t score) {
    LevelFacts facts = text_run();
    facts.evaluations = {evaluated(1, EvalDomain::kCyberOffence), evaluated(score)};
    return level_of_facts(facts);
  };
  EXPECT_EQ(level(520), Level::kSl1);
  EXPECT_EQ(level(521), Level::kSl2);
  EXPECT_EQ(level(699), Level::kSl2);
  EXPECT_EQ(level(700), Level::kSl3);
  EXPECT_EQ(level(899), Level::kSl3);
  EXPECT_EQ(level(900), Level::kSl4);
}

TEST(Assessment, OfDualUseDataWithAnAlertIsSealed) {
  LevelFacts facts = text_run();
  facts.data_class = DataClass::kD3;
  facts.evaluations = {evaluated(699)};
  EXPECT_EQ(level_of_facts(facts), Level::kSl3);
  facts.evaluations = {evaluated(700)};
  EXPECT_EQ(level_of_facts(facts), Level::kSl4);
  facts.evaluations = {evaluated(1)};
  facts.evaluations[0].alert = std::nullopt;
  EXPECT_EQ(level_of_facts(facts), Level::kSl4);
}

TEST(Assessment, FollowsABaseModelThatIsNotReleased) {
  LevelFacts facts = text_run();
  facts.base = BaseModel{.compute = 1, .is_released = false, .level = Level::kSl4};
  EXPECT_EQ(level_of_facts(facts), Level::kSl4);
  facts.base->level = Level::kSl3;
  EXPECT_EQ(level_of_facts(facts), Level::kSl3);
  facts.base->is_released = true;
  EXPECT_EQ(level_of_facts(facts), Level::kSl1);
}

TEST(Assessment, IsRaisedByOneOfficer) {
  LevelFacts facts = text_run();
  facts.raised_to = Level::kSl4;
  EXPECT_EQ(level_of_facts(facts), Level::kSl4);
}

TEST(Assessment, OfMissingEvidenceIsTheHigherOfTwo) {
  const auto with = [](auto change, std::string_view compute = "1e21") {
    LevelFacts facts = text_run(compute);
    change(facts);
    return level_of_facts(facts);
  };
  const auto no_class = [](LevelFacts& facts) { facts.data_class = std::nullopt; };
  EXPECT_EQ(with(no_class), Level::kSl3);
  EXPECT_EQ(with([&](LevelFacts& facts) {
              no_class(facts);
              facts.evaluations = {evaluated(700)};
            }),
            Level::kSl4);
  const auto no_score = [](LevelFacts& facts) { facts.evaluations = {evaluated(std::nullopt)}; };
  EXPECT_EQ(with(no_score), Level::kSl2);
  EXPECT_EQ(with(no_score, "1e23"), Level::kSl3);
  EXPECT_EQ(with(no_score, "1e25"), Level::kSl4);
  EXPECT_EQ(with(no_score, "1e26"), Level::kSl4);
  const auto no_method = [](LevelFacts& facts) { facts.methods.clear(); };
  EXPECT_EQ(with(no_method, "1e23"), Level::kSl3);
  const auto no_base_compute = [](LevelFacts& facts) {
    facts.base = BaseModel{.is_released = true};
  };
  EXPECT_EQ(with(no_base_compute), Level::kSl2);
  const auto no_base_level = [](LevelFacts& facts) { facts.base = BaseModel{.compute = 1}; };
  EXPECT_EQ(with(no_base_level), Level::kSl3);
  EXPECT_EQ(with(no_base_level, "1e25"), Level::kSl4);
}

TEST(Assessment, OfAMissingBorderIsTheHigherOfTwo) {
  const auto with = [](int64_t score, auto change) {
    LevelFacts facts = text_run();
    facts.evaluations = {evaluated(score)};
    change(facts.evaluations[0]);
    return level_of_facts(facts);
  };
  EXPECT_EQ(with(1, [](Evaluation& one) { one.reference = std::nullopt; }), Level::kSl2);
  EXPECT_EQ(with(1, [](Evaluation& one) { one.alert = std::nullopt; }), Level::kSl3);
  EXPECT_EQ(with(900, [](Evaluation& one) { one.alert = std::nullopt; }), Level::kSl4);
  EXPECT_EQ(with(699, [](Evaluation& one) { one.critical = std::nullopt; }), Level::kSl2);
  EXPECT_EQ(with(700, [](Evaluation& one) { one.critical = std::nullopt; }), Level::kSl4);
}

TEST(Assessment, OfTwoMissingPiecesIsNotHigherThanOfEach) {
  LevelFacts facts = text_run();
  facts.evaluations = {evaluated(1), evaluated(std::nullopt, EvalDomain::kCyberOffence)};
  facts.evaluations[0].reference = std::nullopt;
  EXPECT_EQ(level_of_facts(facts), Level::kSl2);
  facts.methods.clear();
  EXPECT_EQ(level_of_facts(facts), Level::kSl2);
}

TEST(Assessment, MarksWhatIsMissing) {
  LevelFacts facts = text_run();
  facts.data_class = std::nullopt;
  const Assessment assessment = assess(facts, {}).value();
  const Trigger* missing = trigger_of(assessment, TriggerKind::kDataClass);
  ASSERT_NE(missing, nullptr);
  EXPECT_TRUE(missing->is_missing);
  EXPECT_EQ(missing->because, "the class of the data is missing");
  EXPECT_FALSE(trigger_of(assessment, TriggerKind::kMethod)->is_missing);
}

TEST(Assessment, OfWhatWasSetAsideRisesOnlyByAHigherValue) {
  LevelFacts facts = text_run("4e24");
  const std::vector<SetAside> lowered = {{.kind = TriggerKind::kCompute,
                                          .value = "5e24",
                                          .level = Level::kSl3,
                                          .counts_as = Level::kSl2}};
  EXPECT_EQ(level_of_facts(facts), Level::kSl3);
  EXPECT_EQ(level_of_facts(facts, lowered), Level::kSl2);
  facts.own_planned = 5 * ten_to(24);
  EXPECT_EQ(level_of_facts(facts, lowered), Level::kSl2);
  facts.own_planned += 1;
  EXPECT_EQ(level_of_facts(facts, lowered), Level::kSl3);
  facts = text_run("4e24");
  facts.methods.insert(Method::kResearchLoop);
  EXPECT_EQ(level_of_facts(facts, lowered), Level::kSl3);
  const Assessment assessment = assess(text_run("4e24"), {}, lowered).value();
  EXPECT_EQ(trigger_of(assessment, TriggerKind::kCompute)->set_aside, Level::kSl2);
  EXPECT_EQ(trigger_of(assessment, TriggerKind::kDataClass)->set_aside, std::nullopt);
}

TEST(Assessment, OfAScoreThatWasSetAsideRisesWithTheBordersOrTheDomain) {
  LevelFacts facts = text_run();
  facts.evaluations = {evaluated(750)};
  const std::vector<SetAside> lowered = {{.kind = TriggerKind::kEvaluation,
                                          .subject = "cbrn",
                                          .value = "750",
                                          .level = Level::kSl3,
                                          .counts_as = Level::kSl2}};
  EXPECT_EQ(level_of_facts(facts, lowered), Level::kSl2);
  facts.evaluations[0].critical = 740;
  EXPECT_EQ(level_of_facts(facts, lowered), Level::kSl4);
  facts.evaluations = {evaluated(750, EvalDomain::kCyberOffence)};
  EXPECT_EQ(level_of_facts(facts, lowered), Level::kSl3);
  facts.evaluations = {evaluated(750)};
  facts.evaluations[0].alert = std::nullopt;  // missing evidence is covered by nothing
  EXPECT_EQ(level_of_facts(facts, lowered), Level::kSl3);
}

TEST(Assessment, OfWhatCannotBeIsRefused) {
  const auto refusal = [](const LevelFacts& facts) {
    const auto assessment = assess(facts, {});
    return assessment ? "" : assessment.error().message;
  };
  LevelFacts facts = text_run();
  facts.evaluations = {evaluated(1), evaluated(2)};
  EXPECT_EQ(refusal(facts), "evaluation of cbrn: it stands twice; give the last one");
  facts.evaluations = {evaluated(-1)};
  EXPECT_NE(refusal(facts).find("scores are whole numbers from 0"), std::string::npos);
  facts.evaluations = {evaluated(1)};
  facts.evaluations[0].alert = 900;
  EXPECT_NE(refusal(facts).find("the alert has to be below"), std::string::npos);
  facts = text_run();
  facts.own_spent = kLargestFlops;
  facts.synthetic = 1;
  EXPECT_NE(refusal(facts).find("more than can be counted"), std::string::npos);
}

// Any run, some evidence missing.
LevelFacts any_facts(bool may_miss) {
  const auto maybe = [] { return *rc::gen::arbitrary<bool>(); };
  const auto any_level = [] { return static_cast<Level>(*rc::gen::inRange(0, 4)); };
  const auto any_flops = [] {
    return static_cast<Flops>(*rc::gen::inRange(0, 100)) * ten_to(*rc::gen::inRange(19, 26));
  };
  LevelFacts facts;
  facts.own_planned = any_flops();
  facts.own_spent = any_flops();
  facts.synthetic = any_flops();
  if (maybe()) {
    facts.base = BaseModel{.compute = any_flops(), .is_released = maybe(), .level = any_level()};
    if (may_miss && maybe()) facts.base->compute = std::nullopt;
    if (may_miss && maybe()) facts.base->level = std::nullopt;
  }
  if (!may_miss || maybe()) facts.data_class = static_cast<DataClass>(*rc::gen::inRange(0, 4));
  if (!may_miss) facts.methods.insert(Method::kText);
  for (int i = 0; i < *rc::gen::inRange(0, 3); ++i)
    facts.methods.insert(static_cast<Method>(*rc::gen::inRange(0, 11)));
  for (int domain = 0; domain < *rc::gen::inRange(0, 6); ++domain) {
    Evaluation one =
        evaluated(*rc::gen::inRange<int64_t>(0, 1000), static_cast<EvalDomain>(domain));
    if (may_miss && maybe()) one.score = std::nullopt;
    if (may_miss && maybe()) one.reference = std::nullopt;
    if (may_miss && maybe()) one.alert = std::nullopt;
    if (may_miss && maybe()) one.critical = std::nullopt;
    facts.evaluations.push_back(one);
  }
  if (maybe()) facts.raised_to = any_level();
  return facts;
}

TEST(Assessment, IsTheHighestOfItsTriggers) {
  EXPECT_TRUE(rc::check("the level is the highest trigger's", [] {
    const Assessment assessment = assess(any_facts(true), {}).value();
    Level highest = Level::kSl1;
    for (const Trigger& one : assessment.triggers) highest = std::max(highest, one.level);
    RC_ASSERT(assessment.level == highest);
  }));
}

TEST(Assessment, OfMoreIsNeverLower) {
  EXPECT_TRUE(rc::check("one more trigger, or a higher value", [] {
    LevelFacts facts = any_facts(false);
    const Level level = level_of_facts(facts);
    switch (*rc::gen::inRange(0, 4)) {
      case 0: facts.own_spent += ten_to(*rc::gen::inRange(0, 27)); break;
      case 1: facts.methods.insert(static_cast<Method>(*rc::gen::inRange(0, 11))); break;
      case 2: facts.data_class = DataClass::kD3; break;
      default:
        for (Evaluation& one : facts.evaluations) one.score = *one.score + 100;
    }
    RC_ASSERT(level_of_facts(facts) >= level);
  }));
}

TEST(Assessment, OfMissingEvidenceIsNeverBelowTheRest) {
  EXPECT_TRUE(rc::check("the level of what is known, or above", [] {
    const Assessment assessment = assess(any_facts(true), {}).value();
    Level known = Level::kSl1;
    bool is_missing = false;
    for (const Trigger& one : assessment.triggers) {
      if (one.is_missing)
        is_missing = true;
      else
        known = std::max(known, one.level);
    }
    RC_ASSERT(assessment.level >= known);
    RC_ASSERT(!is_missing || assessment.level >= Level::kSl2);
  }));
}

}  // namespace
}  // namespace glass::institution
