#include "glass/institution/safety/approval_rule.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/settings/placed_problem.h"

namespace glass::institution {
namespace {

using Texts = std::vector<std::string>;

ApprovalRule two_persons() {
  return {.roles = {"technical-reviewer", "safety-officer"},
          .approvers = 2,
          .institutions = 2,
          .with_role = "safety-officer"};
}

Approver person(const std::string& id, const std::string& role, const std::string& institution) {
  return {.id = id, .roles = {role}, .institution = institution, .nationality = "fr"};
}

TEST(ApprovalRule, IsMetByEnoughPersons) {
  const std::vector<Approver> both = {person("a", "technical-reviewer", "x"),
                                      person("b", "safety-officer", "y")};
  EXPECT_EQ(lacking_approvals(two_persons(), both), Texts{});
  ApprovalRule states = two_persons();
  states.nationalities = 2;
  EXPECT_EQ(lacking_approvals(states, both),
            (Texts{"2 needed, 1 there: different countries of the approvers"}));
}

TEST(ApprovalRule, TellsAllThatIsLacking) {
  EXPECT_EQ(lacking_approvals(two_persons(), {}),
            (Texts{"2 needed, 0 there: approvals by technical-reviewer or safety-officer",
                   "2 needed, 0 there: different institutions of the approvers",
                   "one of the approvers has to be safety-officer"}));
  const std::vector<Approver> alike = {person("a", "technical-reviewer", "x"),
                                       person("b", "technical-reviewer", "x")};
  EXPECT_EQ(lacking_approvals(two_persons(), alike),
            (Texts{"2 needed, 1 there: different institutions of the approvers",
                   "one of the approvers has to be safety-officer"}));
}

TEST(ApprovalRule, CountsEachPersonOnceAndNobodyWithoutARole) {
  const std::vector<Approver> others = {person("a", "safety-officer", "x"),
                                        person("a", "safety-officer", "y"),
                                        person("c", "operator", "z")};
  EXPECT_EQ(lacking_approvals(two_persons(), others).size(), 2U);
}

TEST(ApprovalRule, LeavesOutTheTeamAndWhoDidNotApproveTheStart) {
  ApprovalRule rule{.roles = {"reviewer"}, .approvers = 1, .outside_team = true};
  std::vector<Approver> one = {person("a", "reviewer", "x")};
  EXPECT_EQ(lacking_approvals(rule, one), Texts{});
  one[0].is_in_team = true;
  EXPECT_EQ(lacking_approvals(rule, one),
            (Texts{"1 needed, 0 there: approvals by reviewer outside the team"}));
  rule.outside_team = false;
  rule.same_as_start = true;
  EXPECT_EQ(lacking_approvals(rule, one),
            (Texts{"1 needed, 0 there: approvals by reviewer who approved the start"}));
  one[0].approved_start = true;
  EXPECT_EQ(lacking_approvals(rule, one), Texts{});
}

TEST(ApprovalRule, ThatContradictsItselfIsToldByItsPlace) {
  const auto problems = [](ApprovalRule rule) {
    settings::PlacedProblems placed;
    check(std::vector<ApprovalRule>{two_persons(), rule}, "level.1.start", placed);
    Texts told;
    for (const auto& [path, what] : placed) {
      EXPECT_EQ(path, "level.1.start.1");
      told.push_back(what);
    }
    return told;
  };
  EXPECT_EQ(problems(two_persons()), Texts{});
  EXPECT_EQ(problems({.body = "council", .rule = "simple"}), Texts{});
  EXPECT_EQ(problems({.body = "council"}),
            (Texts{"body 'council' needs the rule that it votes by"}));
  EXPECT_EQ(problems({.rule = "simple"}), (Texts{"rule 'simple' needs the body that votes by it"}));
  EXPECT_EQ(problems({.body = "council", .rule = "simple", .approvers = 2}),
            (Texts{"body 'council' votes; roles and approvers belong into an entry "
                   "of their own"}));
  EXPECT_EQ(problems({.body = "The Council", .rule = "simple"}),
            (Texts{"'The Council' is no name of a body"}));
  EXPECT_EQ(problems({}), (Texts{"give a body and its rule, or roles and the number "
                                 "of approvers"}));
  EXPECT_EQ(problems({.roles = {"a"}, .approvers = 1, .with_role = "b"}),
            (Texts{"with_role 'b' has to be one of the roles"}));
  EXPECT_EQ(problems({.roles = {"a"}, .approvers = 1, .institutions = 2}),
            (Texts{"1 approver cannot come from more institutions or countries than "
                   "there are of them"}));
}

TEST(ApprovalRule, NamesAreThoseOfACharter) {
  for (const char* name : {"a", "safety-board", "council/AT", "Board2"})
    EXPECT_TRUE(is_charter_name(name)) << name;
  for (const char* name : {"", "-a", "2a", "a b", "a_b", "a.b"})
    EXPECT_FALSE(is_charter_name(name)) << name;
  EXPECT_TRUE(is_charter_name(std::string(64, 'a')));
  EXPECT_FALSE(is_charter_name(std::string(65, 'a')));
}

}  // namespace
}  // namespace glass::institution
