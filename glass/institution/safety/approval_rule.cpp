#include "glass/institution/safety/approval_rule.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/ascii.h"
#include "glass/base/check.h"
#include "glass/base/units_text.h"
#include "glass/settings/fields.h"
#include "glass/settings/placed_problem.h"

namespace glass::institution {
namespace {

constexpr size_t kLongestName = 64;

bool has_any_role(const Approver& approver, const std::vector<std::string>& roles) {
  return std::ranges::any_of(approver.roles, [&](const std::string& role) {
    return std::ranges::find(roles, role) != roles.end();
  });
}

bool may_approve(const ApprovalRule& rule, const Approver& approver) {
  return has_any_role(approver, rule.roles) && !(rule.outside_team && approver.is_in_team) &&
         (!rule.same_as_start || approver.approved_start);
}

// The first thing that is wrong; empty if nothing is.
std::string problem_of_vote(const ApprovalRule& rule) {
  if (!is_charter_name(rule.body)) return fmt::format("'{}' is no name of a body", rule.body);
  if (rule.rule.empty()) return fmt::format("body '{}' needs the rule that it votes by", rule.body);
  if (!is_charter_name(rule.rule)) return fmt::format("'{}' is no name of a rule", rule.rule);
  if (!(ApprovalRule{.body = rule.body, .rule = rule.rule, .days = rule.days} == rule))
    return fmt::format("body '{}' votes; roles and approvers belong into an entry of their own",
                       rule.body);
  return "";
}

std::string problem_of_persons(const ApprovalRule& rule) {
  if (!rule.rule.empty())
    return fmt::format("rule '{}' needs the body that votes by it", rule.rule);
  if (rule.roles.empty() || rule.approvers == 0)
    return "give a body and its rule, or roles and the number of approvers";
  for (const std::string& role : rule.roles) {
    if (!is_charter_name(role)) return fmt::format("'{}' is no name of a role", role);
  }
  if (!rule.with_role.empty() && std::ranges::find(rule.roles, rule.with_role) == rule.roles.end())
    return fmt::format("with_role '{}' has to be one of the roles", rule.with_role);
  if (rule.institutions > rule.approvers || rule.nationalities > rule.approvers)
    return fmt::format("{} cannot come from more institutions or countries than there are of them",
                       count_text(rule.approvers, "approver"));
  return "";
}

}  // namespace

void describe(settings::FieldVisitor& fields, ApprovalRule& rule) {
  fields.text("body", rule.body, "the body that votes on it; empty where persons approve");
  fields.text("rule", rule.rule, "the [[rule]] that it votes by");
  fields.integer("days", rule.days, {.min = 1, .max = 366}, "how long a vote is open");
  fields.texts("roles", rule.roles, "who may approve: whoever has one of these roles");
  fields.integer("approvers", rule.approvers, {.min = 0, .max = 1000},
                 "how many persons have to approve");
  fields.integer("institutions", rule.institutions, {.min = 0, .max = 1000},
                 "from how many different institutions they come, at least");
  fields.integer("nationalities", rule.nationalities, {.min = 0, .max = 1000},
                 "from how many different countries they come, at least");
  fields.text("with_role", rule.with_role, "a role that at least one of them has");
  fields.boolean("outside_team", rule.outside_team, "whether the run's own team is left out");
  fields.boolean("same_as_start", rule.same_as_start,
                 "whether only those count who approved the start");
}

bool is_charter_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && is_letter(text.front()) &&
         std::ranges::all_of(
             text, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '/'; });
}

void check(std::span<const ApprovalRule> rules, std::string_view path,
           settings::PlacedProblems& problems) {
  for (size_t i = 0; i < rules.size(); ++i) {
    const std::string problem =
        is_vote(rules[i]) ? problem_of_vote(rules[i]) : problem_of_persons(rules[i]);
    if (!problem.empty()) problems.push_back({fmt::format("{}.{}", path, i), problem});
  }
}

std::vector<std::string> lacking_approvals(const ApprovalRule& rule,
                                           std::span<const Approver> approvers) {
  GLASS_CHECK(!is_vote(rule));
  std::set<std::string> ids, institutions, nationalities;
  bool has_role = rule.with_role.empty();
  for (const Approver& one : approvers) {
    if (!may_approve(rule, one) || !ids.insert(one.id).second) continue;
    if (!one.institution.empty()) institutions.insert(one.institution);
    if (!one.nationality.empty()) nationalities.insert(one.nationality);
    has_role = has_role || has_any_role(one, {rule.with_role});
  }
  std::vector<std::string> lacking;
  const auto need = [&](std::string_view what, const std::set<std::string>& there, int64_t least) {
    if (std::ssize(there) < least)
      lacking.push_back(fmt::format("{} needed, {} there: {}", least, there.size(), what));
  };
  need(fmt::format("approvals by {}{}{}", fmt::join(rule.roles, " or "),
                   rule.outside_team ? " outside the team" : "",
                   rule.same_as_start ? " who approved the start" : ""),
       ids, rule.approvers);
  need("different institutions of the approvers", institutions, rule.institutions);
  need("different countries of the approvers", nationalities, rule.nationalities);
  if (!has_role)
    lacking.push_back(fmt::format("one of the approvers has to be {}", rule.with_role));
  return lacking;
}

}  // namespace glass::institution
