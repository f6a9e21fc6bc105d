#include "glass/institution/safety/level_controls.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/milestones.h"
#include "glass/institution/safety/stops.h"
#include "glass/institution/safety/words.h"
#include "glass/settings/fields.h"
#include "glass/settings/placed_problem.h"

namespace glass::institution {
namespace {

template <typename Item>
void describe_list(settings::FieldVisitor& fields, std::string_view key, std::vector<Item>& items,
                   std::string_view help) {
  settings::TablesOf<Item> tables(items);
  fields.tables(key, tables, help);
}

class CheckingLevel {
 public:
  CheckingLevel(const LevelControls& controls, size_t position, settings::PlacedProblems& problems)
      : controls_(controls), path_(fmt::format("level.{}", position)), problems_(problems) {}

  void run() {
    check_approvals("start", controls_.start);
    check_approvals("restart", controls_.restart);
    if (controls_.level != Level::kSl1) check_approvals("lowering", controls_.lowering);
    if (controls_.level == Level::kSl1 && !controls_.lowering.empty())
      add("lowering", "SL-1 is the lowest level; there is nothing to lower it to");
    if (controls_.start_notice_body.empty() != (controls_.start_notice_days == 0))
      add("start_notice_days", "give both start_notice_body and start_notice_days, or neither");
    check_stops();
    for (size_t i = 0; i < controls_.halt_notice.size(); ++i) {
      const std::string& body = controls_.halt_notice[i].body;
      if (!is_charter_name(body))
        add(fmt::format("halt_notice.{}", i), fmt::format("'{}' is no name of a body", body));
    }
    const auto schedule = evaluation_schedule(controls_.evaluate_from, controls_.evaluate_factor);
    if (!schedule) add("evaluate_from", schedule.error().message);
  }

 private:
  void check_approvals(std::string_view key, const std::vector<ApprovalRule>& rules) {
    if (rules.empty()) add(key, "somebody has to approve; give an approval or a vote");
    check(rules, fmt::format("{}.{}", path_, key), problems_);
  }

  void check_stops() {
    if (controls_.stop.empty()) add("stop", "somebody has to be able to stop a run; give a role");
    for (size_t i = 0; i < controls_.stop.size(); ++i) {
      const std::string& role = controls_.stop[i].role;
      if (!is_charter_name(role))
        add(fmt::format("stop.{}", i), fmt::format("'{}' is no name of a role", role));
    }
  }

  void add(std::string_view key, std::string what) {
    problems_.push_back(
        {fmt::format("{}.{}", path_, key), fmt::format("{}: {}", to_text(controls_.level), what)});
  }

  const LevelControls& controls_;
  std::string path_;
  settings::PlacedProblems& problems_;
};

}  // namespace

void describe(settings::FieldVisitor& fields, LevelControls& controls) {
  describe_word(fields, "level", controls.level, kLevelWords, "which level this is");
  fields.text("about", controls.about, "in plain words, for people who read a clearance");
  describe_list(fields, "start", controls.start, "what a run needs to start; all of it");
  fields.text("start_notice_body", controls.start_notice_body,
              "the body that is told before a start; empty for none");
  fields.integer("start_notice_days", controls.start_notice_days, {.min = 0, .max = 3650},
                 "how many days before");
  describe_list(fields, "stop", controls.stop, "who may stop a run; each of them is enough");
  describe_list(fields, "restart", controls.restart,
                "what a stopped run needs to go on; all of it");
  describe_list(fields, "halt_notice", controls.halt_notice, "which bodies are told of a halt");
  fields.integer("halt_public_hours", controls.halt_public_hours, {.min = 0, .max = 8760},
                 "within how many hours the public is told of a halt; 0 if it is not");
  fields.integer("grace_minutes", controls.grace_minutes, {.min = 0, .max = 525'600},
                 "for how long log, keys or evaluations may be out of reach before a halt");
  fields.text("evaluate_from", controls.evaluate_from,
              "FLOP of the first evaluation; empty to evaluate at the release only");
  fields.text("evaluate_factor", controls.evaluate_factor,
              "factor from one evaluation to the next, such as '4' or '5/4'");
  fields.boolean("evaluate_stage_ends", controls.evaluate_stage_ends,
                 "whether each end of a stage is evaluated, too");
  fields.integer("overdue_percent", controls.overdue_percent, {.min = 0, .max = 100},
                 "by how many percent of the planned steps an evaluation may be late");
  describe_list(fields, "lowering", controls.lowering,
                "what leaving this level for the one below needs; all of it");
  fields.integer("quiet_days", controls.quiet_days, {.min = 0, .max = 3650},
                 "days since the last trigger before it may be left");
  fields.integer("objection_days", controls.objection_days, {.min = 0, .max = 3650},
                 "for how many days objections to that are taken");
  fields.boolean("external_report", controls.external_report,
                 "whether that needs an independent report from outside");
  fields.boolean("recuse_nationals", controls.recuse_nationals,
                 "whether nationals of the applicant's country do not decide on it");
}

settings::PlacedProblems problems_of(std::span<const LevelControls> levels) {
  settings::PlacedProblems problems;
  if (!std::ranges::equal(levels, kLevels, {}, &LevelControls::level))
    problems.push_back(
        {"level", "the four levels SL-1 to SL-4 have to stand once each, in this order"});
  for (size_t i = 0; i < levels.size(); ++i) CheckingLevel(levels[i], i, problems).run();
  for (size_t i = 1; i < levels.size(); ++i) {
    for (const StopRight& right : levels[i - 1].stop) {
      if (!is_kept(right, levels[i].stop))
        problems.push_back(
            {fmt::format("level.{}.stop", i),
             fmt::format("{}: {} '{}' may stop a run at the level below; a higher level takes "
                         "nobody's right to stop",
                         to_text(levels[i].level), right.persons, right.role)});
    }
  }
  return problems;
}

const LevelControls& controls_of(std::span<const LevelControls> levels, Level level) {
  const auto index = static_cast<size_t>(level);
  GLASS_CHECK(index < levels.size() && levels[index].level == level);
  return levels[index];
}

}  // namespace glass::institution
