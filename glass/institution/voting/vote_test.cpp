#include "glass/institution/voting/vote.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/institution/voting/clause.h"
#include "glass/institution/voting/voting_rule.h"

namespace glass::institution {
namespace {

VotingRule simple_majority() {
  return voting_rule({.name = "simple", .count = "more than 1/2 of voting"}).value();
}

// Members "m1", "m2", ... with these weights.
std::vector<Voter> members(const std::vector<int64_t>& weights) {
  std::vector<Voter> all;
  for (size_t i = 0; i < weights.size(); ++i)
    all.push_back({.id = fmt::format("m{}", i + 1), .weight = weights[i], .group = ""});
  return all;
}

// One letter per member: y, n, a(bstains), anything else is absent.
Vote vote_of(VotingRule rule, std::vector<Voter> body, std::string_view letters) {
  Vote vote{.rule = std::move(rule),
            .members = std::move(body),
            .participants = {},
            .barred = {},
            .recused = {},
            .ballots = {}};
  for (size_t i = 0; i < letters.size(); ++i) {
    const std::string& id = vote.members[i].id;
    if (letters[i] == 'y') vote.ballots.emplace(id, Ballot::kYes);
    if (letters[i] == 'n') vote.ballots.emplace(id, Ballot::kNo);
    if (letters[i] == 'a') vote.ballots.emplace(id, Ballot::kAbstain);
  }
  return vote;
}

TEST(Vote, HoldsEveryFigureThatItFollowsFrom) {
  VotingRule rule = voting_rule({.name = "council",
                                 .quorum = "more than 1/2 of participating",
                                 .count = "at least 55/100 of participating",
                                 .weight = "at least 65/100 of participating",
                                 .also = {"at least 1/2 of all"},
                                 .blocking_members = 3})
                        .value();
  const Tally tally = count(vote_of(rule, members({40, 30, 10, 10, 10}), "nyyya"));
  EXPECT_EQ(tally.outcome, Outcome::kAdopted);
  EXPECT_EQ(tally.in_favour, 3);
  EXPECT_EQ(tally.against, 1);
  EXPECT_EQ(tally.abstaining, 1);
  EXPECT_EQ(tally.findings, (std::vector<Finding>{{"quorum", 5, 5, true},
                                                  {"count", 3, 5, true},
                                                  {"also 1", 3, 5, true},
                                                  {"weight", 50, 100, false, true},
                                                  {"blocking", 2, 3, true}}));
}

TEST(Vote, WithoutAQuorumDecidesNothing) {
  VotingRule rule = simple_majority();
  rule.quorum = parse_clause("more than 1/2 of participating").value();
  EXPECT_EQ(count(vote_of(rule, members({1, 1, 1, 1}), "yy")).outcome, Outcome::kNoQuorum);
  EXPECT_EQ(count(vote_of(rule, members({1, 1, 1, 1}), "yyn")).outcome, Outcome::kAdopted);
  EXPECT_EQ(count(vote_of(rule, members({}), "")).outcome, Outcome::kNoQuorum);
}

TEST(Vote, WhoIsBarredStaysInTheBaseAndWhoIsRecusedDoesNot) {
  VotingRule rule = voting_rule({.name = "all", .count = "at least 2/3 of all"}).value();
  Vote vote = vote_of(rule, members({1, 1, 1, 1, 1, 1}), "yyyynn");
  EXPECT_EQ(count(vote).outcome, Outcome::kAdopted);
  vote.barred = {"m1"};
  EXPECT_EQ(count(vote).findings[0], (Finding{"count", 3, 6, false}));
  vote.barred = {};
  vote.recused = {"m1", "m6"};
  EXPECT_EQ(count(vote).findings[0], (Finding{"count", 3, 4, true}));
  vote.rule.recused_abstain = true;
  EXPECT_EQ(count(vote).findings[0], (Finding{"count", 3, 6, false}));
  EXPECT_EQ(count(vote).abstaining, 2);
}

TEST(Vote, FloorsAndCeilingsAreFindingsToo) {
  VotingRule rule = voting_rule({.name = "board",
                                 .count = "at least 1/2 of all",
                                 .least_in_favour = 3,
                                 .least_groups = 2,
                                 .most_not_in_favour = 1})
                        .value();
  std::vector<Voter> body = members({1, 1, 1, 1});
  for (Voter& voter : body) voter.group = voter.id == "m4" ? "B" : "A";
  EXPECT_EQ(count(vote_of(rule, body, "yyyn")).findings.back(), (Finding{"least_groups", 1, 2}));
  EXPECT_EQ(count(vote_of(rule, body, "yynn")).outcome, Outcome::kRejected);
  EXPECT_EQ(count(vote_of(rule, body, "yyny")).outcome, Outcome::kAdopted);
}

TEST(Vote, IsCountableOnlyIfWhoIsNamedIsAMember) {
  const auto refusal = [](const Vote& vote) {
    const Status status = expect_countable(vote);
    return status ? "" : status.error().message;
  };
  Vote vote = vote_of(simple_majority(), members({1, 2}), "yn");
  EXPECT_EQ(refusal(vote), "");
  vote.barred = {"m3"};
  EXPECT_EQ(refusal(vote), "'m3' is barred and no member of the body");
  vote.barred = {};
  vote.ballots.emplace("m9", Ballot::kYes);
  EXPECT_EQ(refusal(vote), "'m9' is among those who voted and no member of the body");
  EXPECT_NE(refusal(vote_of(simple_majority(), members({1, -2}), "")).find("'m2' is -2"),
            std::string::npos);
  EXPECT_NE(refusal(vote_of(simple_majority(), members({1, kLargestWeight}), "")).find("'m2'"),
            std::string::npos);
  std::vector<Voter> twice = members({1, 1});
  twice[1].id = "m1";
  EXPECT_EQ(refusal(vote_of(simple_majority(), twice, "")), "member 'm1' stands twice in the body");
}

TEST(VotingRule, ThatContradictsItselfIsRefusedByName) {
  const auto refusal = [](const RuleSettings& settings) {
    const auto rule = voting_rule(settings);
    return rule ? "" : rule.error().message;
  };
  EXPECT_TRUE(refusal({.name = "x", .count = "half"}).starts_with("rule 'x', count: 'half' is no"));
  EXPECT_EQ(
      refusal({.name = "x", .quorum = "more than 1/2 of all", .count = "more than 1/2 of all"}),
      "rule 'x': a quorum is a share of the participating");
  EXPECT_EQ(refusal({.name = "x", .count = "more than 1/2 of all", .blocking_members = 4}),
            "rule 'x': what blocks needs a weight that can be blocked");
}

// Any vote of a few members under any rule.
Vote any_vote() {
  const auto any_clause = [] {
    Clause clause;
    clause.is_more_than = *rc::gen::arbitrary<bool>();
    clause.denominator = *rc::gen::inRange(1, 12);
    clause.numerator = *rc::gen::inRange<int64_t>(0, clause.denominator + 1);
    clause.base = static_cast<Base>(*rc::gen::inRange(0, 4));
    return clause;
  };
  const auto maybe = [] { return *rc::gen::arbitrary<bool>(); };
  VotingRule rule;
  rule.count = any_clause();
  if (maybe()) rule.quorum = any_clause();
  if (maybe()) rule.also.push_back(any_clause());
  if (maybe()) rule.weight = any_clause();
  if (rule.weight && maybe()) rule.blocking_members = *rc::gen::inRange(1, 4);
  if (rule.weight && !rule.blocking_members && maybe()) {
    rule.blocking_share = any_clause();
    rule.blocking_share->base = Base::kParticipating;
  }
  if (maybe()) rule.least_in_favour = *rc::gen::inRange(0, 4);
  if (maybe()) rule.least_groups = *rc::gen::inRange(0, 3);
  if (maybe()) rule.most_not_in_favour = *rc::gen::inRange(0, 4);
  rule.abstention_is_against = maybe();
  rule.recused_abstain = maybe();
  rule.all_vote = maybe();
  Vote vote;
  vote.rule = rule;
  vote.members =
      members(*rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 9)));
  if (maybe()) vote.participants.emplace();
  for (Voter& voter : vote.members) {
    voter.group = *rc::gen::elementOf(std::vector<std::string>{"A", "B", ""});
    if (vote.participants && maybe()) vote.participants->insert(voter.id);
    if (*rc::gen::inRange(0, 6) == 0) vote.barred.insert(voter.id);
    if (*rc::gen::inRange(0, 6) == 0) vote.recused.insert(voter.id);
    const int ballot = *rc::gen::inRange(0, 4);
    if (ballot < 3) vote.ballots.emplace(voter.id, static_cast<Ballot>(ballot));
  }
  return vote;
}

TEST(Vote, TheOrderOfMembersChangesNothing) {
  EXPECT_TRUE(rc::check("members in any order", [] {
    Vote vote = any_vote();
    const Tally tally = count(vote);
    std::ranges::reverse(vote.members);
    RC_ASSERT(count(vote) == tally);
  }));
}

TEST(Vote, OneMoreInFavourRejectsNothing) {
  EXPECT_TRUE(rc::check("one more in favour", [] {
    Vote vote = any_vote();
    RC_PRE(!vote.members.empty());
    const bool adopted = count(vote).outcome == Outcome::kAdopted;
    const auto which = *rc::gen::inRange<size_t>(0, vote.members.size());
    vote.ballots[vote.members[which].id] = Ballot::kYes;
    RC_ASSERT(!adopted || count(vote).outcome == Outcome::kAdopted);
  }));
}

}  // namespace
}  // namespace glass::institution
