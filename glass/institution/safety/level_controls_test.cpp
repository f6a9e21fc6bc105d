#include "glass/institution/safety/level_controls.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/milestones.h"
#include "glass/institution/safety/stops.h"
#include "glass/settings/fields.h"
#include "glass/settings/placed_problem.h"
#include "glass/settings/settings_file.h"

namespace glass::institution {
namespace {

// As a charter holds them.
struct LevelsOfCharter {
  std::vector<LevelControls> levels;
};

void describe(settings::FieldVisitor& fields, LevelsOfCharter& charter) {
  settings::TablesOf<LevelControls> tables(charter.levels);
  fields.tables("level", tables, "what each safety level demands");
}

Result<std::vector<LevelControls>> levels_of(const std::string& toml) {
  GLASS_TRY(auto file, settings::SettingsFile::parse(toml, "charter.toml"));
  LevelsOfCharter charter;
  file.read_top(charter);
  GLASS_TRY_STATUS(file.finish());
  GLASS_TRY_STATUS(settings::refuse(problems_of(charter.levels)));
  return charter.levels;
}

std::string problems_of_levels(const std::vector<LevelControls>& levels) {
  const Status status = settings::refuse(problems_of(levels));
  return status ? "" : status.error().message;
}

Status stop_at(Level level, const std::vector<StopRequest>& requests) {
  const std::vector<LevelControls> levels = default_levels();
  return expect_may_stop(controls_of(levels, level).stop, requests);
}

TEST(LevelControls, OfACharterThatNamesNoneAreSound) {
  EXPECT_EQ(problems_of_levels(default_levels()), "");
}

TEST(LevelControls, OfACharterThatNamesNoneAreTheTable) {
  const std::vector<LevelControls> levels = default_levels();
  const auto lacking_to_start = [&](Level level) {
    return lacking_approvals(controls_of(levels, level).start[0],
                             std::vector<Approver>{{.id = "a", .roles = {"technical-officer"}}})
        .size();
  };
  EXPECT_EQ(lacking_to_start(Level::kSl1), 0U);
  EXPECT_EQ(lacking_to_start(Level::kSl2), 3U);
  EXPECT_EQ(controls_of(levels, Level::kSl3).start_notice_days, 10);
  EXPECT_EQ(controls_of(levels, Level::kSl4).start.size(), 2U);
  EXPECT_EQ(controls_of(levels, Level::kSl3).restart[0].body, "safety-board");
  EXPECT_EQ(controls_of(levels, Level::kSl4).restart[0].body, "council");
  std::vector<int64_t> quiet_days;
  for (const LevelControls& one : levels) quiet_days.push_back(one.quiet_days);
  EXPECT_EQ(quiet_days, (std::vector<int64_t>{0, 7, 30, 90}));
  const auto sealed = evaluation_schedule(levels[3].evaluate_from, levels[3].evaluate_factor);
  EXPECT_EQ(sealed.value(), (EvaluationSchedule{.numerator = 5, .denominator = 4}));
}

TEST(Stops, TakeOneWhoMayAndMoreTheHigherTheLevel) {
  EXPECT_TRUE(stop_at(Level::kSl1, {{"a", "operator"}}));
  EXPECT_FALSE(stop_at(Level::kSl1, {{"a", "safety-officer"}}));
  EXPECT_TRUE(stop_at(Level::kSl2, {{"a", "safety-officer"}}));
  EXPECT_FALSE(stop_at(Level::kSl2, {{"a", "safety-board"}}));
  EXPECT_TRUE(stop_at(Level::kSl3, {{"a", "safety-board"}}));
  EXPECT_FALSE(stop_at(Level::kSl3, {{"a", "council"}}));
  EXPECT_FALSE(stop_at(Level::kSl3, {{"a", "council"}, {"a", "council"}}));
  EXPECT_TRUE(stop_at(Level::kSl3, {{"a", "council"}, {"b", "council"}}));
  EXPECT_TRUE(stop_at(Level::kSl4, {{"a", "council"}}));
  const Status refused = stop_at(Level::kSl1, {{"a", "council"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_EQ(
      refused.error().message,
      "a stop at this level takes one of: 1 applicant, 1 operator; ask one of these to sign it");
}

TEST(LevelControls, TakeNobodysRightToStopAtAHigherLevel) {
  std::vector<LevelControls> levels = default_levels();
  levels[3].stop.erase(levels[3].stop.begin());
  EXPECT_NE(problems_of_levels(levels).find(
                "level.3.stop: SL-4: 1 'applicant' may stop a run at the level "
                "below"),
            std::string::npos);
  levels = default_levels();
  levels[2].stop[2].persons = 2;
  EXPECT_NE(problems_of_levels(levels).find("level.2.stop: SL-3: 1 'safety-officer'"),
            std::string::npos);
}

TEST(LevelControls, ThatContradictThemselvesAreToldAtOnce) {
  std::vector<LevelControls> levels = default_levels();
  levels[0].lowering = levels[1].lowering;
  levels[1].start.clear();
  levels[1].stop[0].role = "The Project";
  levels[2].start_notice_days = 0;
  levels[2].evaluate_factor = "1";
  levels[3].restart[0].rule = "";
  levels[3].lowering.clear();
  const std::string told = problems_of_levels(levels);
  for (const char* problem : {"level.0.lowering: SL-1: SL-1 is the lowest",
                              "level.1.start: SL-2: somebody has to approve",
                              "level.1.stop.0: SL-2: 'The Project' is no name",
                              "level.2.start_notice_days: SL-3: give both",
                              "level.2.evaluate_from: SL-3: '1' is no factor",
                              "level.3.restart.0: body 'council' needs the rule",
                              "level.3.lowering: SL-4: somebody has to approve"})
    EXPECT_NE(told.find(problem), std::string::npos) << problem;
  levels = default_levels();
  std::swap(levels[0], levels[1]);
  EXPECT_NE(problems_of_levels(levels).find("once each, in this order"), std::string::npos);
  levels.pop_back();
  EXPECT_NE(problems_of_levels(levels).find("once each, in this order"), std::string::npos);
}

// One level as a charter writes it, with what every level needs.
std::string toml_of(const std::string& level, const std::string& lowering) {
  std::string toml = "[[level]]\nlevel = \"" + level + "\"\nquiet_days = 3\n";
  for (const char* list : {"start", "restart"})
    toml += "[[level." + std::string(list) + "]]\nbody = \"council\"\nrule = \"simple\"\n";
  return toml + lowering + "[[level.stop]]\nrole = \"operator\"\n";
}

TEST(LevelControls, AreReadFromACharter) {
  const std::string lowering = "[[level.lowering]]\nroles = [\"officer\"]\napprovers = 1\n";
  const auto levels = levels_of(toml_of("SL-1", "") + toml_of("SL-2", lowering) +
                                toml_of("SL-3", lowering) + toml_of("SL-4", lowering));
  ASSERT_TRUE(levels) << levels.error().message;
  ASSERT_EQ(levels->size(), 4U);
  const LevelControls& third = controls_of(*levels, Level::kSl3);
  EXPECT_EQ(third.quiet_days, 3);
  EXPECT_EQ(third.start, (std::vector<ApprovalRule>{{.body = "council", .rule = "simple"}}));
  EXPECT_EQ(third.lowering, (std::vector<ApprovalRule>{{.roles = {"officer"}, .approvers = 1}}));
  EXPECT_EQ(third.stop, (std::vector<StopRight>{{.role = "operator", .persons = 1}}));
  EXPECT_EQ(third.overdue_percent, 5);
}

TEST(LevelControls, OfACharterAreReadStrictly) {
  const auto refusal = [](const std::string& toml) { return levels_of(toml).error().message; };
  EXPECT_NE(refusal("[[level]]\nlevel = \"SL-9\"\n").find("it must be one of: SL-1, SL-2"),
            std::string::npos);
  EXPECT_NE(refusal("[[level]]\n[[level.stop]]\npersons = 0\n").find("it must be between 1"),
            std::string::npos);
  EXPECT_NE(refusal("[[level]]\nquiet_day = 1\n").find("did you mean"), std::string::npos);
}

}  // namespace
}  // namespace glass::institution
