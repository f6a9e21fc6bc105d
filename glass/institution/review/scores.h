// Scores: what the reviews of a call say about its proposals, in whole numbers.
//
//   total        of a review: the points of each criterion times its weight
//   difference   the total less the mean of all totals that this reviewer gave in the call, so that
//                the strict and the generous count alike
//   score        of a proposal: the mean of the differences of its reviews
//
// All are exact fractions. Whoever reviewed one proposal only says nothing by that: the difference
// is 0. Equal scores are put into order by tie ranks that are handed in, and the ranking says so.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/settings/fields.h"

namespace glass::institution {

// Limits that keep every fraction of this room within 64 bits.
inline constexpr int64_t kMostReviewsOfReviewer = 30, kMostReviewsOfProposal = 12;
inline constexpr int64_t kLargestTotal = 100'000;

struct ReviewCriterion {
  int64_t weight = 1, most_points = 5;  // points are 0 to that

  friend bool operator==(const ReviewCriterion&, const ReviewCriterion&) = default;
};

void describe(settings::FieldVisitor& fields, ReviewCriterion& criterion);

// kInvalidInput if there is none, or the totals could exceed kLargestTotal.
[[nodiscard]] Status expect_criteria(std::span<const ReviewCriterion> criteria);

// kInvalidInput if there are more or fewer points than criteria, or they are out of range.
[[nodiscard]] Result<int64_t> weighted_total(std::span<const ReviewCriterion> criteria,
                                             std::span<const int64_t> points);

// In lowest terms, the denominator above 0.
struct ScoreFraction {
  int64_t numerator = 0, denominator = 1;

  friend bool operator==(const ScoreFraction&, const ScoreFraction&) = default;
};

std::strong_ordering compare(const ScoreFraction& a, const ScoreFraction& b);

struct ReviewTotal {
  std::string proposal, reviewer;
  int64_t total = 0;
};

struct RankedProposal {
  std::string proposal;
  int64_t place = 0;    // 1 is the best; equal scores have places of their own
  ScoreFraction score;  // normalised
  ScoreFraction mean;   // of the raw totals
  int64_t reviews = 0;
  bool is_by_tie_rank = false;  // another one has the same score

  friend bool operator==(const RankedProposal&, const RankedProposal&) = default;
};

struct TieRank {
  std::string proposal;
  int64_t rank = 0;  // the smaller one comes first
};

// The proposals that have reviews, the best first. kInvalidInput if a reviewer reviewed a proposal
// twice, there are more reviews than the limits, a total is out of range, or a proposal has no tie
// rank or the same as another.
[[nodiscard]] Result<std::vector<RankedProposal>> rank_proposals(
    std::span<const ReviewTotal> totals, std::span<const TieRank> tie_ranks);

}  // namespace glass::institution
