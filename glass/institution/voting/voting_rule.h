// VotingRule: how a body decides, as a [[rule]] of the charter says it.
//
//   name = "qualified-majority"
//   quorum = "more than 1/2 of participating"
//   count = "at least 55/100 of participating"
//   weight = "at least 65/100 of participating"
//   blocking_members = 4
//   abstention = "against"
//
// All clauses have to hold. The meaning of each is drawn up in vote.h, which counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/voting/clause.h"
#include "glass/settings/fields.h"

namespace glass::institution {

// As it is written. A text or number that is left out demands nothing.
struct RuleSettings {
  std::string name = "", about = "";
  std::string quorum = "", count = "", weight = "", blocking_share = "";
  std::vector<std::string> also = {};
  int64_t blocking_members = 0;
  int64_t least_in_favour = 0, least_groups = 0, most_not_in_favour = -1;
  std::string abstention = "ignored", recusal = "drop";
  bool all_vote = false;
};

void describe(settings::FieldVisitor& fields, RuleSettings& rule);

struct VotingRule {
  std::optional<Clause> quorum;  // represented, of the participating
  Clause count;                  // members in favour
  std::vector<Clause> also;      // likewise
  std::optional<Clause> weight;  // weight in favour
  // Where fewer members than this are not in favour, a weight clause that fails is waived: a few
  // large members cannot block alone. Either a number, or one more than the smallest number of
  // participants that have this share of the weight.
  std::optional<int64_t> blocking_members;
  std::optional<Clause> blocking_share;
  int64_t least_in_favour = 0;                // members
  int64_t least_groups = 0;                   // different groups among those in favour
  std::optional<int64_t> most_not_in_favour;  // members of the body
  bool abstention_is_against = false;         // matters for shares of those voting
  bool recused_abstain = false;               // else they are not counted in any base
  bool all_vote = false;                      // also those that do not take part in the programme
};

// kInvalidInput names the rule and the key.
[[nodiscard]] Result<VotingRule> voting_rule(const RuleSettings& settings);

}  // namespace glass::institution
