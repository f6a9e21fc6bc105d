// ApprovalRule: one thing that has to be agreed to before something may go on: either by a body, by
// one of the charter's voting rules, or by some persons with some roles.
//
//   [[level.start]]                            [[level.start]]
//   body = "safety-board"                      roles = ["technical-officer", "safety-officer"]
//   rule = "board-two-thirds"                  approvers = 2
//   days = 10                                  institutions = 2
//                                              with_role = "safety-officer"
//
// Names of bodies, rules and roles are the charter's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/settings/fields.h"
#include "glass/settings/placed_problem.h"

namespace glass::institution {

struct ApprovalRule {
  std::string body = "", rule = "";  // a vote; both or neither
  int64_t days = 14;                 // that a vote is open

  std::vector<std::string> roles = {};  // one of these makes a person an approver
  int64_t approvers = 0;
  int64_t institutions = 0, nationalities = 0;  // different ones among the approvers, at least
  std::string with_role = "";                   // one of them has this role
  bool outside_team = false;                    // nobody of the run's own team counts
  bool same_as_start = false;                   // only those count who approved the start

  friend bool operator==(const ApprovalRule&, const ApprovalRule&) = default;
};

void describe(settings::FieldVisitor& fields, ApprovalRule& rule);

// Whether a body votes on it, as opposed to persons.
inline bool is_vote(const ApprovalRule& rule) {
  return !rule.body.empty();
}

// Whether a charter could call something so: a letter, then letters, digits, hyphens and slashes,
// 64 at most.
bool is_charter_name(std::string_view text);

// Adds what is wrong with each, `path` being that of the list.
void check(std::span<const ApprovalRule> rules, std::string_view path,
           settings::PlacedProblems& problems);

// Somebody who agreed.
struct Approver {
  std::string id = "";
  std::vector<std::string> roles = {};
  std::string institution = "", nationality = "";
  bool is_in_team = false, approved_start = false;
};

// What is still missing, in sentences; nothing if the persons are enough. Who stands twice counts
// once. REQUIRES: the rule has no problem and is no vote.
std::vector<std::string> lacking_approvals(const ApprovalRule& rule,
                                           std::span<const Approver> approvers);

}  // namespace glass::institution
