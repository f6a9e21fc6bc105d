#include "glass/institution/voting/vote.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/institution/voting/clause.h"
#include "glass/institution/voting/voting_rule.h"

namespace glass::institution {
namespace {

// What one member is to the count.
struct Standing {
  const Voter* voter;
  bool participates, may_vote;
  std::optional<Ballot> ballot;  // of those who may vote and are there
};

bool is_in_favour(const Standing& one) {
  return one.ballot == Ballot::kYes;
}

std::vector<Standing> standings(const Vote& vote) {
  std::vector<Standing> all;
  for (const Voter& voter : vote.members) {
    const bool recused = vote.recused.contains(voter.id);
    if (recused && !vote.rule.recused_abstain) continue;
    Standing one{.voter = &voter, .participates = false, .may_vote = false, .ballot = {}};
    one.participates = !vote.participants || vote.participants->contains(voter.id);
    one.may_vote = (one.participates || vote.rule.all_vote) && !vote.barred.contains(voter.id);
    const auto cast = vote.ballots.find(voter.id);
    if (one.may_vote && recused)
      one.ballot = Ballot::kAbstain;
    else if (one.may_vote && cast != vote.ballots.end())
      one.ballot = cast->second;
    all.push_back(one);
  }
  return all;
}

class Counting {
 public:
  explicit Counting(const Vote& vote) : rule_(vote.rule), members_(standings(vote)) {}

  Tally run() {
    for (const Standing& one : members_) {
      if (!one.ballot) continue;
      tally_.in_favour += *one.ballot == Ballot::kYes ? 1 : 0;
      tally_.against += *one.ballot == Ballot::kNo ? 1 : 0;
      tally_.abstaining += *one.ballot == Ballot::kAbstain ? 1 : 0;
    }
    if (rule_.quorum && !has_quorum()) {
      tally_.outcome = Outcome::kNoQuorum;
      return std::move(tally_);
    }
    add_count("count", rule_.count);
    for (size_t i = 0; i < rule_.also.size(); ++i)
      add_count(fmt::format("also {}", i + 1), rule_.also[i]);
    add_limits();
    if (rule_.weight) add_weight(*rule_.weight);
    const bool adopted = std::ranges::all_of(
        tally_.findings, [](const Finding& one) { return one.holds || one.is_waived; });
    tally_.outcome = adopted ? Outcome::kAdopted : Outcome::kRejected;
    return std::move(tally_);
  }

 private:
  [[nodiscard]] bool belongs(const Standing& one, Base base) const {
    switch (base) {
      case Base::kAll: return true;
      case Base::kParticipating: return one.participates;
      case Base::kRepresented: return one.ballot.has_value();
      case Base::kVoting:
        return one.ballot && (*one.ballot != Ballot::kAbstain || rule_.abstention_is_against);
    }
    return false;
  }

  // Of a base, how much there is of those that `counts`: as members, or as their weight.
  template <typename Counts>
  [[nodiscard]] int64_t sum(Base base, bool by_weight, Counts counts) const {
    int64_t total = 0;
    for (const Standing& one : members_) {
      if (belongs(one, base) && counts(one)) total += by_weight ? one.voter->weight : 1;
    }
    return total;
  }

  [[nodiscard]] int64_t all_of(Base base, bool by_weight) const {
    return sum(base, by_weight, [](const Standing&) { return true; });
  }

  bool has_quorum() {
    const int64_t represented = all_of(Base::kRepresented, false);
    const int64_t whole = all_of(Base::kParticipating, false);
    // Members outside the programme may be there as well; more than all of it is all of it.
    const bool is_there = holds(*rule_.quorum, std::min(represented, whole), whole);
    tally_.findings.push_back({"quorum", represented, whole, is_there});
    return is_there;
  }

  void add_count(std::string what, const Clause& clause) {
    const int64_t part = sum(clause.base, false, is_in_favour), whole = all_of(clause.base, false);
    tally_.findings.push_back({std::move(what), part, whole, holds(clause, part, whole)});
  }

  void add_limits() {
    if (rule_.least_in_favour > 0)
      tally_.findings.push_back({"least_in_favour", tally_.in_favour, rule_.least_in_favour,
                                 tally_.in_favour >= rule_.least_in_favour});
    if (rule_.most_not_in_favour) {
      const int64_t left = all_of(Base::kAll, false) - tally_.in_favour;
      tally_.findings.push_back({"most_not_in_favour", left, *rule_.most_not_in_favour,
                                 left <= *rule_.most_not_in_favour});
    }
    if (rule_.least_groups > 0) {
      std::set<std::string> groups;
      for (const Standing& one : members_) {
        if (is_in_favour(one)) groups.insert(one.voter->group);
      }
      const auto found = static_cast<int64_t>(groups.size());
      tally_.findings.push_back(
          {"least_groups", found, rule_.least_groups, found >= rule_.least_groups});
    }
  }

  void add_weight(const Clause& clause) {
    const int64_t part = sum(clause.base, true, is_in_favour), whole = all_of(clause.base, true);
    Finding finding{"weight", part, whole, holds(clause, part, whole)};
    const std::optional<int64_t> needed = needed_to_block();
    if (!finding.holds && needed) {
      const int64_t left = all_of(clause.base, false) - sum(clause.base, false, is_in_favour);
      finding.is_waived = left < *needed;
      tally_.findings.push_back(finding);
      tally_.findings.push_back({"blocking", left, *needed, true});
      return;
    }
    tally_.findings.push_back(finding);
  }

  [[nodiscard]] std::optional<int64_t> needed_to_block() const {
    if (rule_.blocking_members || !rule_.blocking_share) return rule_.blocking_members;
    std::vector<int64_t> weights;
    for (const Standing& one : members_) {
      if (belongs(one, rule_.blocking_share->base)) weights.push_back(one.voter->weight);
    }
    std::ranges::sort(weights, std::greater<>());
    const int64_t whole = all_of(rule_.blocking_share->base, true);
    int64_t part = 0, members = 0;
    for (const int64_t weight : weights) {
      part += weight;
      ++members;
      if (holds(*rule_.blocking_share, part, whole)) break;
    }
    return members + 1;
  }

  const VotingRule& rule_;
  std::vector<Standing> members_;  // without those who are left out
  Tally tally_;
};

}  // namespace

Status expect_countable(const Vote& vote) {
  VoterIds ids;
  int64_t weight = 0;
  for (const Voter& voter : vote.members) {
    if (!ids.insert(voter.id).second)
      return invalid_input(fmt::format("member '{}' stands twice in the body", voter.id));
    if (voter.weight < 0 || voter.weight > kLargestWeight - weight)
      return invalid_input(
          fmt::format("the weight of member '{}' is {}; weights are at least 0 and together at "
                      "most {}",
                      voter.id, voter.weight, kLargestWeight));
    weight += voter.weight;
  }
  const auto expect_members = [&](const auto& named, std::string_view what) -> Status {
    for (const std::string& id : named) {
      if (!ids.contains(id))
        return invalid_input(fmt::format("'{}' is {} and no member of the body", id, what));
    }
    return {};
  };
  if (vote.participants) GLASS_TRY_STATUS(expect_members(*vote.participants, "a participant"));
  GLASS_TRY_STATUS(expect_members(vote.barred, "barred"));
  GLASS_TRY_STATUS(expect_members(vote.recused, "recused"));
  VoterIds voted;
  for (const auto& [id, ballot] : vote.ballots) voted.insert(id);
  return expect_members(voted, "among those who voted");
}

Tally count(const Vote& vote) {
  return Counting(vote).run();
}

}  // namespace glass::institution
