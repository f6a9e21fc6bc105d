// Assignment: who reviews which proposal. Of all ways to give each proposal its reviewers, within
// everyone's load and without a conflict, the one with the greatest sum of scores; of those, the
// one with the smallest sum of tie ranks. Whoever has the same input finds the same, in whatever
// order the proposals and reviewers stand.
//
// A successive shortest path (Jewell, Iri, Busacker and Gowen; with the potentials of Edmonds and
// Karp) that gives one more reviewer to one proposal at a time: first each its first, then each its
// second. Where there are too few, that order says who goes without, and never takes one away
// again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/result.h"

namespace glass::institution {

inline constexpr int64_t kLargestAffinity = 1'000'000'000;  // of a score, above and below zero
inline constexpr int64_t kLargestTieRank = 1'000'000'000;

struct ReviewNeed {
  std::string proposal;
  int64_t reviewers = 0;
};

struct ReviewLoad {
  std::string reviewer;
  int64_t most_proposals = 0;
};

struct Affinity {
  int64_t score_millionths = 0;
  int64_t tie_rank = 0;
  bool is_conflict = false;
};

struct AssignmentInput {
  std::vector<ReviewNeed> needs;
  std::vector<ReviewLoad> loads;
  std::vector<Affinity> affinities;  // needs by loads, row by row
};

struct AssignedReview {
  std::string proposal, reviewer;

  friend bool operator==(const AssignedReview&, const AssignedReview&) = default;
};

enum class LackCause : uint8_t {
  kConflicts,  // too few reviewers have no conflict with it
  kLoad,       // those without one have no load left
};

struct ReviewLack {
  std::string proposal;
  int64_t missing = 0;
  LackCause cause = LackCause::kLoad;

  friend bool operator==(const ReviewLack&, const ReviewLack&) = default;
};

struct Assignment {
  std::vector<AssignedReview> reviews;  // in the order of proposals, then of reviewers
  std::vector<ReviewLack> lacks;        // empty: every proposal has its reviewers
  int64_t score_millionths = 0, tie_ranks = 0;

  friend bool operator==(const Assignment&, const Assignment&) = default;
};

// kInvalidInput if names stand twice, numbers are beyond the limits, or pairs are missing.
[[nodiscard]] Result<Assignment> assign_reviewers(const AssignmentInput& input);

// "proposal X lacks 2 reviewers: ...", with the way out.
std::string to_text(const ReviewLack& lack);

}  // namespace glass::institution
