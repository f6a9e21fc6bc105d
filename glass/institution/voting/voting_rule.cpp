#include "glass/institution/voting/voting_rule.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/institution/voting/clause.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 2> kAbstentions = {"ignored", "against"};
constexpr std::array<std::string_view, 2> kRecusals = {"drop", "abstain"};

Result<Clause> clause(const RuleSettings& rule, std::string_view key, std::string_view text) {
  auto parsed = parse_clause(text);
  if (parsed) return parsed;
  return invalid_input(fmt::format("rule '{}', {}: {}", rule.name, key, parsed.error().message));
}

Status put(const RuleSettings& rule, std::string_view key, std::string_view text,
           std::optional<Clause>& into) {
  if (text.empty()) return {};
  GLASS_TRY(into, clause(rule, key, text));
  return {};
}

// Keys that say something only together with others.
Status expect_consistent(const RuleSettings& rule, const VotingRule& read) {
  const auto wrong = [&](std::string_view what) {
    return invalid_input(fmt::format("rule '{}': {}", rule.name, what));
  };
  if (read.quorum && read.quorum->base != Base::kParticipating)
    return wrong("a quorum is a share of the participating");
  const bool blocks = read.blocking_members || read.blocking_share;
  if (blocks && !read.weight) return wrong("what blocks needs a weight that can be blocked");
  if (read.blocking_members && read.blocking_share)
    return wrong("give blocking_members or blocking_share, not both");
  if (read.blocking_share && read.blocking_share->base != Base::kParticipating)
    return wrong("blocking_share is a share of the participating");
  return {};
}

}  // namespace

void describe(settings::FieldVisitor& fields, RuleSettings& rule) {
  fields.text("name", rule.name, "what bodies and decisions call it");
  fields.text("about", rule.about, "in plain words, for people who read a result");
  fields.text("quorum", rule.quorum,
              "share of the participating members that has to be represented, such as 'more than "
              "1/2 of participating'");
  fields.text("count", rule.count, "share of members in favour, such as 'at least 2/3 of all'");
  fields.texts("also", rule.also, "further shares of members in favour, all of which must hold");
  fields.text("weight", rule.weight, "share of weight (population, contribution) in favour");
  fields.integer("blocking_members", rule.blocking_members, {.min = 0},
                 "fewer members than this cannot block by weight; 0 for no such limit");
  fields.text(
      "blocking_share", rule.blocking_share,
      "instead of a number: one more than the fewest participants with this share of weight");
  fields.integer("least_in_favour", rule.least_in_favour, {.min = 0},
                 "members that have to be in favour, whatever the shares");
  fields.integer("least_groups", rule.least_groups, {.min = 0},
                 "different groups, such as countries, that they have to come from");
  fields.integer("most_not_in_favour", rule.most_not_in_favour, {.min = -1},
                 "members that may not be in favour at most; -1 for no limit");
  fields.choice("abstention", rule.abstention, kAbstentions,
                "whether an abstention is left out of those voting or counts against");
  fields.choice("recusal", rule.recusal, kRecusals,
                "whether a recused member is left out of every base or counts as abstaining");
  fields.boolean("all_vote", rule.all_vote,
                 "whether members that do not take part in a programme vote on it, too");
}

Result<VotingRule> voting_rule(const RuleSettings& settings) {
  VotingRule rule;
  GLASS_TRY_STATUS(put(settings, "quorum", settings.quorum, rule.quorum));
  GLASS_TRY(rule.count, clause(settings, "count", settings.count));
  for (const std::string& text : settings.also) {
    GLASS_TRY(Clause also, clause(settings, "also", text));
    rule.also.push_back(also);
  }
  GLASS_TRY_STATUS(put(settings, "weight", settings.weight, rule.weight));
  GLASS_TRY_STATUS(put(settings, "blocking_share", settings.blocking_share, rule.blocking_share));
  if (settings.blocking_members > 0) rule.blocking_members = settings.blocking_members;
  rule.least_in_favour = settings.least_in_favour;
  rule.least_groups = settings.least_groups;
  if (settings.most_not_in_favour >= 0) rule.most_not_in_favour = settings.most_not_in_favour;
  rule.abstention_is_against = settings.abstention == "against";
  rule.recused_abstain = settings.recusal == "abstain";
  rule.all_vote = settings.all_vote;
  GLASS_TRY_STATUS(expect_consistent(settings, rule));
  return rule;
}

}  // namespace glass::institution
