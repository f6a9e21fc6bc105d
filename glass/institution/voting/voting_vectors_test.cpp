// The worked examples of the project's vectors: forty-two votes by fourteen rules, counted by a
// program of its own.
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/institution/voting/clause.h"
#include "glass/institution/voting/vote.h"
#include "glass/institution/voting/voting_rule.h"
#include "glass/testkit/test_files.h"

namespace glass::institution {
namespace {

Json vectors() {
  std::ifstream in(testkit::shared_file("vectors/voting/cases.json"));
  return parse_json(std::string(std::istreambuf_iterator<char>(in), {})).value();
}

std::string share_text(int64_t numerator, int64_t denominator, std::string_view comparison,
                       std::string_view base) {
  return fmt::format("{} {}/{} of {}", comparison == ">" ? "more than" : "at least", numerator,
                     denominator, base);
}

std::string clause_text(const Json& json) {
  return share_text(json.get_int("num").value(), json.get_int("den").value(),
                    json.get_string("cmp").value(), json.get_string("base").value());
}

RuleSettings settings_of(const Json& json) {
  RuleSettings rule{.name = "of a vector", .count = clause_text(*json.find("count"))};
  if (const Json* quorum = json.find("quorum")) {
    const Json::Array& parts = *quorum->if_array();
    rule.quorum =
        share_text(*parts[0].if_int(), *parts[1].if_int(), *parts[2].if_string(), "participating");
  }
  if (const Json* also = json.find("also")) {
    for (const Json& clause : *also->if_array()) rule.also.push_back(clause_text(clause));
  }
  if (const Json* weight = json.find("weight")) rule.weight = clause_text(*weight);
  if (const Json* block = json.find("block")) {
    if (const auto least = block->get_int("min_members"))
      rule.blocking_members = *least;
    else
      rule.blocking_share = share_text(block->get_int("num").value(), block->get_int("den").value(),
                                       ">", "participating");
  }
  rule.least_in_favour = json.get_int("min_yes").value_or(0);
  rule.least_groups = json.get_int("min_groups").value_or(0);
  rule.most_not_in_favour = json.get_int("max_not_in_favour").value_or(-1);
  rule.abstention = json.get_string("abstain").value_or("ignored");
  rule.recusal = json.get_string("recusal").value_or("drop");
  rule.all_vote = json.get_bool("all_vote").value_or(false);
  return rule;
}

VoterIds ids_of(const Json& list) {
  VoterIds ids;
  for (const Json& id : *list.if_array()) ids.insert(*id.if_string());
  return ids;
}

Vote vote_of_vector(const Json& all, const Json& json) {
  Vote vote;
  vote.rule =
      voting_rule(settings_of(*all.find("rules")->find(json.get_string("rule").value()))).value();
  for (const Json& member : *all.find("bodies")->find(json.get_string("body").value())->if_array())
    vote.members.push_back({.id = member.get_string("id").value(),
                            .weight = member.get_int("weight").value_or(1),
                            .group = member.get_string("group").value_or("")});
  if (const Json* participants = json.find("participants"))
    vote.participants = ids_of(*participants);
  if (const Json* barred = json.find("barred")) vote.barred = ids_of(*barred);
  if (const Json* recused = json.find("recused")) vote.recused = ids_of(*recused);
  static const std::map<std::string, Ballot> kBallots = {
      {"yes", Ballot::kYes}, {"no", Ballot::kNo}, {"abstain", Ballot::kAbstain}};
  for (const auto& [id, ballot] : *json.find("ballots")->if_object()) {
    if (const auto cast = kBallots.find(*ballot.if_string()); cast != kBallots.end())
      vote.ballots.emplace(id, cast->second);
  }
  return vote;
}

const Finding* found(const Tally& tally, std::string_view what) {
  for (const Finding& finding : tally.findings) {
    if (finding.what == what) return &finding;
  }
  return nullptr;
}

void expect_figures(const Tally& tally, std::string_view what, const Json* expected) {
  if (expected == nullptr) return;
  const Json::Array& figures = *expected->if_array();
  const Finding* finding = found(tally, what);
  ASSERT_NE(finding, nullptr) << what;
  EXPECT_EQ(finding->part, *figures[0].if_int()) << what;
  EXPECT_EQ(finding->whole, *figures[1].if_int()) << what;
  EXPECT_EQ(finding->holds, *figures[2].if_bool()) << what;
}

TEST(VotingVectors, AreCountedAlike) {
  GLASS_SKIP_WITHOUT(testkit::shared_file("vectors/voting/cases.json"));
  const Json all = vectors();
  static const std::map<Outcome, std::string> kOutcomes = {{Outcome::kAdopted, "adopted"},
                                                           {Outcome::kRejected, "rejected"},
                                                           {Outcome::kNoQuorum, "no-quorum"}};
  int cases = 0;
  for (const Json& json : *all.find("cases")->if_array()) {
    SCOPED_TRACE(json.get_string("name").value());
    const Vote vote = vote_of_vector(all, json);
    ASSERT_TRUE(expect_countable(vote));
    const Tally tally = count(vote);
    const Json& expected = *json.find("expect");
    EXPECT_EQ(kOutcomes.at(tally.outcome), expected.get_string("result").value());
    if (const auto yes = expected.get_int("yes")) {
      EXPECT_EQ(tally.in_favour, *yes);
    }
    expect_figures(tally, "quorum", expected.find("quorum"));
    expect_figures(tally, "count", expected.find("count"));
    expect_figures(tally, "also 1", expected.find("also0"));
    expect_figures(tally, "weight", expected.find("weight"));
    if (const auto needs = expected.get_int("block_needs")) {
      ASSERT_NE(found(tally, "blocking"), nullptr);
      EXPECT_EQ(found(tally, "blocking")->whole, *needs);
      EXPECT_EQ(found(tally, "blocking")->part, expected.get_int("not_in_favour").value());
    }
    if (const auto groups = expected.get_int("groups")) {
      EXPECT_EQ(found(tally, "least_groups")->part, *groups);
    }
    ++cases;
  }
  EXPECT_EQ(cases, 42);
}

}  // namespace
}  // namespace glass::institution
