#include "glass/institution/review/assignment.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace glass::institution {
namespace {

// Every proposal needs `reviewers`, everyone takes `most`; rows of scores, -9 for a conflict.
AssignmentInput input_of(int64_t reviewers, int64_t most,
                         const std::vector<std::vector<int64_t>>& rows) {
  AssignmentInput input;
  for (size_t p = 0; p < rows.size(); ++p) {
    input.needs.push_back({fmt::format("P{}", p), reviewers});
    for (const int64_t score : rows[p]) input.affinities.push_back({score, 0, score == -9});
  }
  for (size_t r = 0; r < rows[0].size(); ++r) input.loads.push_back({fmt::format("R{}", r), most});
  return input;
}

std::string text_of(const Assignment& assignment) {
  std::string all;
  for (const AssignedReview& one : assignment.reviews)
    all += fmt::format("{}{}-{}", all.empty() ? "" : " ", one.proposal, one.reviewer);
  return all;
}

std::string assigned(const AssignmentInput& input) {
  return text_of(assign_reviewers(input).value());
}

TEST(Assignment, MaximisesTheSumAndNotEachScore) {
  // P0 would rather have R0, but what P1 loses by that is more.
  const auto assignment = assign_reviewers(input_of(1, 1, {{10, 8}, {9, 1}})).value();
  EXPECT_EQ(text_of(assignment), "P0-R1 P1-R0");
  EXPECT_EQ(assignment.score_millionths, 17);
}

TEST(Assignment, GivesNobodyAProposalTwiceOrWithAConflict) {
  EXPECT_EQ(assigned(input_of(2, 2, {{100, 1, -5}})), "P0-R0 P0-R1");
  EXPECT_EQ(assigned(input_of(1, 1, {{-9, -100}})), "P0-R1");
}

TEST(Assignment, OfEqualSumsTheSmallerTieRanksDecide) {
  AssignmentInput input = input_of(1, 1, {{5, 5}, {5, 5}});
  input.affinities[0].tie_rank = input.affinities[3].tie_rank = 3;
  input.affinities[1].tie_rank = 5;
  EXPECT_EQ(assigned(input), "P0-R1 P1-R0");
  input.affinities[1].tie_rank = 7;
  EXPECT_EQ(assigned(input), "P0-R0 P1-R1");
  // One millionth is more than any ranks.
  input.affinities[1] = {6, kLargestTieRank, false};
  EXPECT_EQ(assigned(input), "P0-R1 P1-R0");
}

TEST(Assignment, SaysWhoLacksReviewersAndWhy) {
  const auto few = assign_reviewers(input_of(2, 1, {{1, 1, 1}, {-9, -9, 4}})).value();
  EXPECT_EQ(few.lacks, (std::vector<ReviewLack>{{"P1", 1, LackCause::kConflicts}}));
  EXPECT_EQ(text_of(few), "P0-R0 P0-R1 P1-R2");
  EXPECT_EQ(to_text(few.lacks[0]),
            "proposal 'P1' lacks 1 reviewer: too few have no conflict with it; invite others, or "
            "have conflicts looked at");
  // Everyone has a first reviewer before anyone has a second.
  const auto busy = assign_reviewers(input_of(2, 1, {{9, 9, 9}, {1, 1, 1}})).value();
  EXPECT_EQ(busy.lacks, (std::vector<ReviewLack>{{"P1", 1, LackCause::kLoad}}));
  EXPECT_EQ(busy.reviews.size(), 3U);
  EXPECT_NE(to_text(busy.lacks[0]).find("raise their loads"), std::string::npos);
}

TEST(Assignment, RefusesWhatCannotBeAssigned) {
  const auto refusal = [](const AssignmentInput& input) {
    const auto assignment = assign_reviewers(input);
    return assignment ? "" : assignment.error().message;
  };
  AssignmentInput input = input_of(1, 1, {{1, 2}});
  input.loads[1].reviewer = "R0";
  EXPECT_EQ(refusal(input), "reviewer 'R0' stands twice; give it once");
  input = input_of(1, 1, {{1}, {2}});
  input.needs[1].proposal = "P0";
  EXPECT_EQ(refusal(input), "proposal 'P0' stands twice; give it once");
  input = input_of(1, 1, {{1, 2}});
  input.affinities.pop_back();
  EXPECT_EQ(refusal(input), "1 proposals and 2 reviewers have 1 scores; give one to each pair");
  EXPECT_NE(refusal(input_of(-1, 1, {{1}})).find("'P0' needs -1"), std::string::npos);
  EXPECT_NE(refusal(input_of(1, -1, {{1}})).find("'R0' takes -1"), std::string::npos);
  EXPECT_NE(refusal(input_of(1, 1, {{kLargestAffinity + 1}})).find("beyond the limits"),
            std::string::npos);
}

AssignmentInput any_input() {
  const auto needs = *rc::gen::inRange<size_t>(1, 5), loads = *rc::gen::inRange<size_t>(1, 5);
  AssignmentInput input;
  for (size_t p = 0; p < needs; ++p)
    input.needs.push_back({fmt::format("P{}", p), *rc::gen::inRange<int64_t>(0, 4)});
  for (size_t r = 0; r < loads; ++r)
    input.loads.push_back({fmt::format("R{}", r), *rc::gen::inRange<int64_t>(0, 4)});
  for (size_t i = 0; i < needs * loads; ++i)
    input.affinities.push_back({*rc::gen::inRange<int64_t>(-3, 6), *rc::gen::inRange<int64_t>(0, 5),
                                *rc::gen::inRange(0, 5) == 0});
  return input;
}

// The best of all ways, proposal by proposal: most reviews, then score, then small ranks.
struct Best {
  int64_t reviews = 0, score = 0, minus_ranks = 0;

  friend auto operator<=>(const Best&, const Best&) = default;
};

std::optional<Best> best_from(const AssignmentInput& input, size_t p,
                              const std::vector<int64_t>& loads, bool must_be_whole) {
  if (p == input.needs.size()) return Best{};
  std::optional<Best> best;
  const size_t reviewers = input.loads.size();
  for (uint32_t chosen = 0; chosen < 1U << reviewers; ++chosen) {
    const int64_t count = std::popcount(chosen);
    if (count > input.needs[p].reviewers || (must_be_whole && count < input.needs[p].reviewers))
      continue;
    Best own{count};
    bool is_possible = true;
    std::vector<int64_t> left = loads;
    for (size_t r = 0; r < reviewers; ++r) {
      if ((chosen >> r & 1U) == 0) continue;
      const Affinity& affinity = input.affinities[p * reviewers + r];
      is_possible = is_possible && !affinity.is_conflict && left[r] > 0;
      --left[r];
      own.score += affinity.score_millionths;
      own.minus_ranks -= affinity.tie_rank;
    }
    if (!is_possible) continue;
    const auto rest = best_from(input, p + 1, left, must_be_whole);
    if (!rest) continue;
    own = {own.reviews + rest->reviews, own.score + rest->score,
           own.minus_ranks + rest->minus_ranks};
    if (!best || *best < own) best = own;
  }
  return best;
}

TEST(Assignment, IsTheBestOfAllWays) {
  EXPECT_TRUE(rc::check("against every way there is", [] {
    const AssignmentInput input = any_input();
    const Assignment assignment = assign_reviewers(input).value();
    std::vector<int64_t> loads;
    for (const ReviewLoad& load : input.loads) loads.push_back(load.most_proposals);
    const auto whole = best_from(input, 0, loads, true);
    RC_ASSERT(whole.has_value() == assignment.lacks.empty());
    if (whole) {
      RC_ASSERT(assignment.score_millionths == whole->score);
      RC_ASSERT(-assignment.tie_ranks == whole->minus_ranks);
    }
    RC_ASSERT(std::ssize(assignment.reviews) == best_from(input, 0, loads, false)->reviews);
  }));
}

// What was found keeps to the input, whatever the score.
void expect_kept(const AssignmentInput& input, const Assignment& assignment) {
  std::map<std::string, int64_t> of_proposal, of_reviewer;
  std::set<std::pair<std::string, std::string>> pairs;
  for (const AssignedReview& one : assignment.reviews) {
    ++of_proposal[one.proposal];
    ++of_reviewer[one.reviewer];
    ASSERT_TRUE(pairs.emplace(one.proposal, one.reviewer).second);
  }
  for (const ReviewNeed& need : input.needs) ASSERT_EQ(of_proposal[need.proposal], need.reviewers);
  for (const ReviewLoad& load : input.loads)
    ASSERT_LE(of_reviewer[load.reviewer], load.most_proposals);
}

TEST(Assignment, TheOrderOfTheInputChangesNothing) {
  EXPECT_TRUE(rc::check("the same in any order", [] {
    const AssignmentInput input = any_input();
    const size_t reviewers = input.loads.size();
    AssignmentInput turned;
    turned.needs.assign(input.needs.rbegin(), input.needs.rend());
    turned.loads.assign(input.loads.rbegin(), input.loads.rend());
    for (size_t p = input.needs.size(); p-- > 0;) {
      for (size_t r = reviewers; r-- > 0;)
        turned.affinities.push_back(input.affinities[p * reviewers + r]);
    }
    RC_ASSERT(assign_reviewers(turned).value() == assign_reviewers(input).value());
  }));
}

// Whether some exchange along a circle of proposals and reviewers would gain: a circle of negative
// cost, looked for by Bellman and Ford's relaxations. The last node is where all load ends.
bool gains_by_exchange(const AssignmentInput& input, const Assignment& assignment) {
  const size_t needs = input.needs.size(), loads = input.loads.size(), end = needs + loads;
  std::set<std::pair<std::string, std::string>> pairs;
  for (const AssignedReview& one : assignment.reviews) pairs.emplace(one.proposal, one.reviewer);
  std::vector<int64_t> distance(end + 1, 0), taken(loads, 0);
  for (size_t round = 0; round <= end + 1; ++round) {
    bool is_nearer = false;
    const auto relax = [&](size_t from, size_t to, int64_t cost) {
      if (distance[from] + cost >= distance[to]) return;
      distance[to] = distance[from] + cost;
      is_nearer = true;
    };
    taken.assign(loads, 0);
    for (size_t i = 0; i < needs * loads; ++i) {
      const size_t p = i / loads, r = i % loads;
      const bool is_assigned = pairs.contains({input.needs[p].proposal, input.loads[r].reviewer});
      taken[r] += is_assigned ? 1 : 0;
      const int64_t score = input.affinities[i].score_millionths;
      if (is_assigned)
        relax(needs + r, p, score);
      else if (!input.affinities[i].is_conflict)
        relax(p, needs + r, -score);
    }
    for (size_t r = 0; r < loads; ++r) {
      if (taken[r] < input.loads[r].most_proposals) relax(needs + r, end, 0);
      if (taken[r] > 0) relax(end, needs + r, 0);
    }
    if (!is_nearer) return false;
  }
  return true;
}

// Reviewers whom all proposals would rather have, so that nearly every review changes hands.
TEST(Assignment, NoExchangeWouldGain) {
  EXPECT_TRUE(rc::check("of middling calls", [] {
    AssignmentInput input;
    const size_t needs = 12, loads = 8;
    for (size_t p = 0; p < needs; ++p) input.needs.push_back({fmt::format("P{}", p), 2});
    for (size_t r = 0; r < loads; ++r) input.loads.push_back({fmt::format("R{}", r), 4});
    const auto draws = *rc::gen::container<std::vector<uint32_t>>(
        needs * loads, rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<uint32_t>()));
    for (size_t i = 0; i < needs * loads; ++i)
      input.affinities.push_back(
          {static_cast<int64_t>(draws[i] % 40 + 10 * (i % loads)), 0, draws[i] % 7 == 0});
    RC_ASSERT(!gains_by_exchange(input, assign_reviewers(input).value()));
  }));
}

// A whole call: 500 proposals, three reviews each, 200 reviewers with almost no load to spare.
TEST(Assignment, OfAWholeCallIsComplete) {
  constexpr size_t kProposals = 500, kReviewers = 200;
  AssignmentInput input;
  for (size_t p = 0; p < kProposals; ++p) input.needs.push_back({fmt::format("P{:03}", p), 3});
  for (size_t r = 0; r < kReviewers; ++r) input.loads.push_back({fmt::format("R{:03}", r), 8});
  uint64_t state = 1;
  const auto draw = [&](uint64_t below) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return static_cast<int64_t>((state >> 33) % below);
  };
  for (size_t i = 0; i < kProposals * kReviewers; ++i)
    input.affinities.push_back({draw(1'000'001), draw(100'000), draw(20) == 0});
  const Assignment assignment = assign_reviewers(input).value();
  EXPECT_TRUE(assignment.lacks.empty());
  expect_kept(input, assignment);
  EXPECT_GT(assignment.score_millionths, int64_t{1'500} * 900'000);
}

}  // namespace
}  // namespace glass::institution
