// Vote: who may decide, what each said, and what follows from it by a rule.
//
// A tally is a function of the vote alone, in whole numbers, so that anyone counts again. In order:
//
//   1. recused members are left out of every base, or count as abstaining;
//   2. those who may vote: the participating, or all where the rule says so, without the barred.
//      Barred members stay in the bases `all` and `participating`;
//   3. quorum: without it there is no decision;
//   4. every clause, floor and ceiling: what fails rejects;
//   5. a weight that fails is waived where too few members are not in favour to block.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "glass/institution/voting/voting_rule.h"

namespace glass::institution {

struct Voter {
  std::string id;
  int64_t weight = 1;
  std::string group;  // such as a country; empty: one for all who have none
};

enum class Ballot { kYes, kNo, kAbstain };

using VoterIds = std::set<std::string, std::less<>>;

struct Vote {
  VotingRule rule;
  std::vector<Voter> members;            // of the body; ids differ, weights are not negative
  std::optional<VoterIds> participants;  // in the programme voted on; none: all members
  VoterIds barred, recused;
  std::map<std::string, Ballot, std::less<>> ballots;  // who is absent has none
};

enum class Outcome { kAdopted, kRejected, kNoQuorum };

// One thing that was demanded: `part` of `whole`, or where it is a floor or a ceiling `part`
// against `whole`.
struct Finding {
  std::string what;  // "quorum", "count", "also 1", "weight", "least_in_favour", ...
  int64_t part = 0, whole = 0;
  bool holds = false;
  bool is_waived = false;  // it does not hold, and nobody could block by that

  friend bool operator==(const Finding&, const Finding&) = default;
};

struct Tally {
  Outcome outcome = Outcome::kRejected;
  int64_t in_favour = 0, against = 0, abstaining = 0;  // of those who may vote
  std::vector<Finding> findings;                       // in the order above

  friend bool operator==(const Tally&, const Tally&) = default;
};

// kInvalidInput if ids stand twice or are no member's, or weights are negative or together more
// than kLargestWeight.
[[nodiscard]] Status expect_countable(const Vote& vote);

// REQUIRES: expect_countable(vote).
Tally count(const Vote& vote);

}  // namespace glass::institution
