#include "glass/institution/review/scores.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace glass::institution {
namespace {

TEST(Scores, TotalsAreWeightedPoints) {
  const std::vector<ReviewCriterion> criteria = {{3, 5}, {1, 10}};
  EXPECT_TRUE(expect_criteria(criteria));
  EXPECT_EQ(weighted_total(criteria, std::vector<int64_t>{4, 7}).value(), 19);
  const auto refusal = [&](const std::vector<int64_t>& points) {
    return weighted_total(criteria, points).error().message;
  };
  EXPECT_EQ(refusal({4}), "there are 2 criteria and points for 1; judge by each");
  EXPECT_EQ(refusal({6, 1}), "6 points for criterion 1; give 0 to 5");
  EXPECT_EQ(refusal({1, -1}), "-1 points for criterion 2; give 0 to 10");
  EXPECT_FALSE(expect_criteria({}));
  EXPECT_FALSE(expect_criteria(std::vector<ReviewCriterion>{{0, 5}}));
  EXPECT_FALSE(expect_criteria(std::vector<ReviewCriterion>{{1'000, 100}, {1, 1}}));
  EXPECT_TRUE(expect_criteria(std::vector<ReviewCriterion>{{1'000, 100}}));
}

// "place proposal score mean", marked where tie ranks decided.
std::string ranked(const std::vector<ReviewTotal>& totals, const std::vector<TieRank>& ranks) {
  std::string all;
  const auto ranking = rank_proposals(totals, ranks);
  if (!ranking) return ranking.error().message;
  for (const RankedProposal& one : *ranking)
    all += fmt::format("{}{} {} {}/{} {}/{}{}", all.empty() ? "" : "; ", one.place, one.proposal,
                       one.score.numerator, one.score.denominator, one.mean.numerator,
                       one.mean.denominator, one.is_by_tie_rank ? " tie" : "");
  return all;
}

TEST(Scores, TheStrictAndTheGenerousCountAlike) {
  // s gives A 4 and B 1, mean 5/2; g gives A 9, B 8, C 10, mean 9.
  EXPECT_EQ(ranked({{"A", "s", 4}, {"B", "s", 1}, {"A", "g", 9}, {"B", "g", 8}, {"C", "g", 10}},
                   {{"A", 0}, {"B", 1}, {"C", 2}}),
            "1 C 1/1 10/1; 2 A 3/4 13/2; 3 B -5/4 9/2");
}

TEST(Scores, EqualOnesAreOrderedByTieRankAndSaySo) {
  const std::vector<ReviewTotal> totals = {{"A", "x", 5}, {"B", "x", 5}, {"C", "x", 2}};
  EXPECT_EQ(ranked(totals, {{"A", 9}, {"B", 1}, {"C", 0}}),
            "1 B 1/1 5/1 tie; 2 A 1/1 5/1 tie; 3 C -2/1 2/1");
  EXPECT_EQ(ranked(totals, {{"A", 1}, {"B", 9}, {"C", 0}}),
            "1 A 1/1 5/1 tie; 2 B 1/1 5/1 tie; 3 C -2/1 2/1");
}

TEST(Scores, RefusesWhatIsNoRanking) {
  EXPECT_EQ(ranked({{"A", "x", 5}}, {}), "proposal 'A' has no tie rank; draw one");
  EXPECT_NE(ranked({{"A", "x", 5}}, {{"A", 1}, {"B", 1}}).find("give each proposal its own"),
            std::string::npos);
  EXPECT_EQ(ranked({{"A", "x", 5}, {"A", "x", 6}}, {{"A", 1}}),
            "reviewer 'x' has two reviews of proposal 'A'; keep one");
  EXPECT_NE(ranked({{"A", "x", kLargestTotal + 1}}, {{"A", 1}}).find("totals are 0 to"),
            std::string::npos);
  std::vector<ReviewTotal> many;
  for (int i = 0; i <= kMostReviewsOfProposal; ++i) many.push_back({"A", fmt::format("x{}", i), 1});
  EXPECT_EQ(ranked(many, {{"A", 1}}),
            "there are more than 12 reviews of 'A'; the limit keeps scores exact");
}

// The worst denominators that the limits allow: reviewers with 19 to 30 reviews each.
TEST(Scores, AreExactAtTheLimits) {
  std::vector<ReviewTotal> totals;
  std::vector<TieRank> ranks;
  for (int r = 0; r < kMostReviewsOfProposal; ++r) {
    const int reviews = 30 - r;
    for (int p = 0; p < reviews; ++p)
      totals.push_back({fmt::format("P{:02}", p), fmt::format("r{:02}", r),
                        p == 0 || p == r + 1 ? kLargestTotal
                        : p == 29            ? 1
                                             : 0});
  }
  for (int p = 0; p < 30; ++p) ranks.push_back({fmt::format("P{:02}", p), p});
  const auto ranking = rank_proposals(totals, ranks).value();
  // P00 has the most of everyone: the mean of kLargestTotal - sum / reviews.
  double expected = 0;
  for (int r = 0; r < 12; ++r)
    expected += (100'000.0 - (200'000.0 + (r == 0 ? 1 : 0)) / (30.0 - r)) / 12;
  EXPECT_EQ(ranking[0].proposal, "P00");
  EXPECT_NEAR(static_cast<double>(ranking[0].score.numerator) /
                  static_cast<double>(ranking[0].score.denominator),
              expected, 1e-6);
}

TEST(Scores, WhatAReviewerAddsToAllReviewsChangesNothing) {
  EXPECT_TRUE(rc::check("normalised", [] {
    const int proposals = *rc::gen::inRange(1, 6), reviewers = *rc::gen::inRange(1, 5);
    std::vector<ReviewTotal> totals;
    std::vector<TieRank> ranks;
    for (int p = 0; p < proposals; ++p) {
      ranks.push_back({fmt::format("P{}", p), p});
      for (int r = 0; r < reviewers; ++r) {
        if (*rc::gen::arbitrary<bool>())
          totals.push_back(
              {fmt::format("P{}", p), fmt::format("r{}", r), *rc::gen::inRange<int64_t>(0, 20)});
      }
    }
    const auto before = rank_proposals(totals, ranks).value();
    const auto more = *rc::gen::inRange<int64_t>(0, 20);
    for (ReviewTotal& one : totals) one.total += one.reviewer == "r0" ? more : 0;
    std::ranges::reverse(totals);
    const auto after = rank_proposals(totals, ranks).value();
    RC_ASSERT(after.size() == before.size());
    for (size_t i = 0; i < after.size(); ++i) {
      RC_ASSERT(after[i].proposal == before[i].proposal);
      RC_ASSERT(after[i].score == before[i].score);
    }
  }));
}

}  // namespace
}  // namespace glass::institution
