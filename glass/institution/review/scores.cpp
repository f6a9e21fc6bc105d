#include "glass/institution/review/scores.h"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

__extension__ using WideProduct = __int128;

ScoreFraction lowest_terms(int64_t numerator, int64_t denominator) {
  const int64_t common = std::gcd(numerator, denominator);
  return {numerator / common, denominator / common};
}

// Both denominators divide a number that the limits of scores.h keep small.
ScoreFraction plus(const ScoreFraction& a, const ScoreFraction& b) {
  const int64_t common = std::lcm(a.denominator, b.denominator);
  return lowest_terms(
      a.numerator * (common / a.denominator) + b.numerator * (common / b.denominator), common);
}

// What one reviewer, or the reviews of one proposal, come to.
struct Sum {
  int64_t totals = 0, reviews = 0;
};

using Sums = std::map<std::string_view, Sum>;

Status add_review(std::string_view of, int64_t total, int64_t most, Sums& sums) {
  Sum& sum = sums[of];
  sum.totals += total;
  if (++sum.reviews <= most) return {};
  return invalid_input(fmt::format(
      "there are more than {} reviews of '{}'; the limit keeps scores exact", most, of));
}

Result<std::map<std::string_view, int64_t>> by_proposal(std::span<const TieRank> tie_ranks) {
  std::map<std::string_view, int64_t> ranks;
  std::set<int64_t> taken;
  for (const TieRank& one : tie_ranks) {
    if (!ranks.emplace(one.proposal, one.rank).second || !taken.insert(one.rank).second)
      return invalid_input(fmt::format(
          "the tie rank {} of proposal '{}' is not the only one; give each proposal its own",
          one.rank, one.proposal));
  }
  return ranks;
}

Status expect_totals(std::span<const ReviewTotal> totals) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const ReviewTotal& one : totals) {
    if (!seen.emplace(one.proposal, one.reviewer).second)
      return invalid_input(fmt::format("reviewer '{}' has two reviews of proposal '{}'; keep one",
                                       one.reviewer, one.proposal));
    if (one.total < 0 || one.total > kLargestTotal)
      return invalid_input(fmt::format("the total of proposal '{}' is {}; totals are 0 to {}",
                                       one.proposal, one.total, kLargestTotal));
  }
  return {};
}

}  // namespace

void describe(settings::FieldVisitor& fields, ReviewCriterion& criterion) {
  fields.integer("weight", criterion.weight, {.min = 1, .max = kLargestTotal},
                 "how much a point counts");
  fields.integer("most_points", criterion.most_points, {.min = 1, .max = kLargestTotal},
                 "points are 0 to this");
}

Status expect_criteria(std::span<const ReviewCriterion> criteria) {
  if (criteria.empty()) return invalid_input("there is nothing to judge by; name a criterion");
  int64_t most = 0;
  for (const ReviewCriterion& one : criteria) {
    if (one.weight < 1 || one.most_points < 1 || one.weight > kLargestTotal ||
        one.most_points > kLargestTotal || one.weight * one.most_points > kLargestTotal - most)
      return invalid_input(fmt::format(
          "weights and points are 1 or more, and all weights times points at most {}; make them "
          "smaller",
          kLargestTotal));
    most += one.weight * one.most_points;
  }
  return {};
}

Result<int64_t> weighted_total(std::span<const ReviewCriterion> criteria,
                               std::span<const int64_t> points) {
  if (points.size() != criteria.size())
    return invalid_input(fmt::format("there are {} criteria and points for {}; judge by each",
                                     criteria.size(), points.size()));
  int64_t total = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    if (points[i] < 0 || points[i] > criteria[i].most_points)
      return invalid_input(fmt::format("{} points for criterion {}; give 0 to {}", points[i], i + 1,
                                       criteria[i].most_points));
    total += criteria[i].weight * points[i];
  }
  return total;
}

std::strong_ordering compare(const ScoreFraction& a, const ScoreFraction& b) {
  const WideProduct left = WideProduct(a.numerator) * b.denominator;
  const WideProduct right = WideProduct(b.numerator) * a.denominator;
  if (left == right) return std::strong_ordering::equal;
  return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
}

Result<std::vector<RankedProposal>> rank_proposals(std::span<const ReviewTotal> totals,
                                                   std::span<const TieRank> tie_ranks) {
  GLASS_TRY_STATUS(expect_totals(totals));
  GLASS_TRY(const auto ranks, by_proposal(tie_ranks));
  Sums reviewers, proposals;
  for (const ReviewTotal& one : totals) {
    GLASS_TRY_STATUS(add_review(one.reviewer, one.total, kMostReviewsOfReviewer, reviewers));
    GLASS_TRY_STATUS(add_review(one.proposal, one.total, kMostReviewsOfProposal, proposals));
  }
  std::map<std::string_view, ScoreFraction> differences;
  for (const ReviewTotal& one : totals) {
    const Sum& given = reviewers[one.reviewer];
    ScoreFraction& sum = differences[one.proposal];
    sum = plus(sum, lowest_terms(one.total * given.reviews - given.totals, given.reviews));
  }
  std::vector<RankedProposal> ranking;
  for (const auto& [proposal, sum] : proposals) {
    if (!ranks.contains(proposal))
      return invalid_input(fmt::format("proposal '{}' has no tie rank; draw one", proposal));
    const ScoreFraction& difference = differences[proposal];
    ranking.push_back(
        {.proposal = std::string(proposal),
         .score = lowest_terms(difference.numerator, difference.denominator * sum.reviews),
         .mean = lowest_terms(sum.totals, sum.reviews),
         .reviews = sum.reviews});
  }
  std::ranges::sort(ranking, [&](const RankedProposal& a, const RankedProposal& b) {
    const std::strong_ordering order = compare(a.score, b.score);
    return order != 0 ? order > 0 : ranks.find(a.proposal)->second < ranks.find(b.proposal)->second;
  });
  for (size_t i = 0; i < ranking.size(); ++i) {
    ranking[i].place = static_cast<int64_t>(i) + 1;
    if (i > 0 && ranking[i].score == ranking[i - 1].score)
      ranking[i].is_by_tie_rank = ranking[i - 1].is_by_tie_rank = true;
  }
  return ranking;
}

}  // namespace glass::institution
