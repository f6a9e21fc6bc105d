#include "glass/institution/charter/charter.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/charter/internal/charter_problems.h"
#include "glass/institution/charter/matter.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/milestones.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/safety/thresholds.h"
#include "glass/institution/voting/vote.h"
#include "glass/institution/voting/voting_rule.h"
#include "glass/settings/settings_file.h"

namespace glass::institution {
namespace {

template <typename Item>
const Item* find(const std::vector<Item>& items,
                 const std::map<std::string, size_t, std::less<>>& positions,
                 std::string_view name) {
  const auto found = positions.find(name);
  return found == positions.end() ? nullptr : &items[found->second];
}

// The votes among what a level demands, as decisions on its matter.
std::vector<DecisionSettings> votes_among(std::string_view matter,
                                          const std::vector<ApprovalRule>& rules) {
  std::vector<DecisionSettings> votes;
  for (const ApprovalRule& one : rules) {
    if (!is_vote(one)) continue;
    votes.push_back({.matter = std::string(matter),
                     .body = one.body,
                     .rule = one.rule,
                     .days = one.days,
                     .from_level = 1,
                     .above_minutes = -1});
  }
  return votes;
}

}  // namespace

Result<Charter> Charter::read(std::string_view toml, std::string_view file_name,
                              const std::set<std::string, std::less<>>& acts) {
  GLASS_TRY(auto file, settings::SettingsFile::parse(toml, file_name));
  Charter charter(read_settings(file));
  GLASS_TRY_STATUS(file.finish());  // what follows means something only if every key was read
  for (const auto& [path, what] : contradictions(charter.settings_, acts)) file.report(path, what);
  GLASS_TRY_STATUS(file.finish());
  for (const auto& [path, what] : dead_letters(charter.settings_)) file.report(path, what);
  GLASS_TRY_STATUS(file.finish());
  charter.index();
  return charter;
}

Result<Charter> Charter::from_settings(CharterSettings settings,
                                       const std::set<std::string, std::less<>>& acts) {
  auto problems = contradictions(settings, acts);
  if (problems.empty()) problems = dead_letters(settings);
  if (!problems.empty())
    return invalid_input(fmt::format("the charter contradicts itself, first at {}: {}",
                                     problems.front().path, problems.front().what));
  Charter charter(std::move(settings));
  charter.index();
  return charter;
}

void Charter::index() {
  for (const RuleSettings& rule : settings_.rules)
    rules_.emplace(rule.name, voting_rule(rule).value());
  petitions_ = petition_rules(settings_.petitions).value();
  for (size_t i = 0; i < settings_.members.size(); ++i)
    members_.emplace(settings_.members[i].code, i);
  for (size_t i = 0; i < settings_.bodies.size(); ++i) bodies_.emplace(settings_.bodies[i].name, i);
  for (size_t i = 0; i < settings_.seats.size(); ++i) {
    seats_.emplace(settings_.seats[i].name, i);
  }
  for (size_t i = 0; i < settings_.rights.size(); ++i) {
    for (const std::string& act : settings_.rights[i].acts) rights_by_act_.emplace(act, i);
  }
  thresholds_ = safety_thresholds(settings_.safety).value();
  for (size_t i = 0; i < schedules_.size(); ++i) {
    const LevelControls& level = settings_.levels[i];
    schedules_[i] =
        institution::evaluation_schedule(level.evaluate_from, level.evaluate_factor).value();
  }
}

const MemberSettings* Charter::member(std::string_view code) const {
  return find(settings_.members, members_, code);
}

const BodySettings* Charter::body(std::string_view name) const {
  return find(settings_.bodies, bodies_, name);
}

const SeatSettings* Charter::seat(std::string_view name) const {
  return find(settings_.seats, seats_, name);
}

const VotingRule* Charter::rule(std::string_view name) const {
  const auto found = rules_.find(name);
  return found == rules_.end() ? nullptr : &found->second;
}

const RightSettings& Charter::right_to(std::string_view act) const {
  const RightSettings* right = find(settings_.rights, rights_by_act_, act);
  GLASS_CHECK(right != nullptr);
  return *right;
}

std::vector<Voter> Charter::electorate(std::string_view name) const {
  const BodySettings* found = body(name);
  GLASS_CHECK(found != nullptr);
  return voters(settings_, *found);
}

std::optional<std::string> Charter::voter_of(std::string_view name, std::string_view in) const {
  const SeatSettings* found = seat(name);
  if (found == nullptr || found->body != in) return std::nullopt;
  return body(in)->votes == "members" ? found->member : found->name;
}

std::vector<DecisionSettings> Charter::decisions(std::string_view matter, int64_t level,
                                                 int64_t minutes) const {
  if (std::ranges::find(kLevelMatters, matter) != kLevelMatters.end())
    return votes_among(matter, approvals(matter, level));
  using Reach = std::tuple<int64_t, int64_t>;
  const auto reach = [](const DecisionSettings& one) {
    return Reach(one.from_level, one.above_minutes);
  };
  Reach farthest(0, -1);
  std::vector<DecisionSettings> needed;
  for (const DecisionSettings& one : settings_.decisions) {
    if (one.matter != matter || one.from_level > level || one.above_minutes >= minutes) continue;
    if (reach(one) > farthest) needed.clear();
    farthest = std::max(farthest, reach(one));
    if (reach(one) == farthest) needed.push_back(one);
  }
  return needed;
}

const LevelControls& Charter::level(int64_t level) const {
  return controls_of(settings_.levels, level_of_number(level));
}

const ReleasePath& Charter::release_path(int64_t level) const {
  return release_path_of(settings_.release_paths, level_of_number(level));
}

const std::vector<ApprovalRule>& Charter::approvals(std::string_view matter, int64_t level) const {
  return approvals_for(matter, this->level(level), release_path(level));
}

const std::optional<EvaluationSchedule>& Charter::evaluation_schedule(int64_t level) const {
  return schedules_[static_cast<size_t>(level_of_number(level))];
}

}  // namespace glass::institution
