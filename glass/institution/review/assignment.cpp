#include "glass/institution/review/assignment.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"

namespace glass::institution {
namespace {

// A score and a tie rank in one number: the rank decides only between equal scores, since all the
// ranks of an assignment together are below what one millionth counts.
__extension__ using Cost = __int128;

constexpr int64_t kMostReviews = 1'000'000;  // of an assignment
constexpr Cost kMillionth = Cost(kLargestTieRank) * kMostReviews + 1;
constexpr Cost kUnreached = std::numeric_limits<int64_t>::max() * kMillionth;

Cost cost_of(const Affinity& affinity) {
  return -Cost(affinity.score_millionths) * kMillionth + Cost(affinity.tie_rank);
}

// Positions in the order of names, so that the order of the input decides nothing.
template <typename T>
std::vector<size_t> sorted_by_name(const std::vector<T>& things, std::string T::*name) {
  std::vector<size_t> order(things.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) { return things[a].*name < things[b].*name; });
  return order;
}

// Nodes are the proposals, then the reviewers; beyond them one where all load ends, whose potential
// stays 0. Every arc that has room left costs at least 0 once potentials are added, and a reviewer
// with load left has the potential 0, so that no exchange through the end would gain anything.
class Matching {
 public:
  explicit Matching(const AssignmentInput& input)
      : input_(input),
        proposals_(sorted_by_name(input.needs, &ReviewNeed::proposal)),
        reviewers_(sorted_by_name(input.loads, &ReviewLoad::reviewer)),
        cost_(proposals_.size() * reviewers_.size(), kUnreached),
        is_assigned_(cost_.size(), false),
        reviewers_of_(proposals_.size()),
        proposals_of_(reviewers_.size()),
        potential_(proposals_.size() + reviewers_.size(), 0) {
    for (size_t p = 0; p < proposals_.size(); ++p) {
      for (size_t r = 0; r < reviewers_.size(); ++r) {
        if (affinity(p, r).is_conflict) continue;
        cost_[pair(p, r)] = cost_of(affinity(p, r));
        potential_[p] = std::max(potential_[p], -cost_[pair(p, r)]);
      }
    }
  }

  Assignment run() {
    int64_t most = 0;
    for (const ReviewNeed& need : input_.needs) most = std::max(most, need.reviewers);
    std::vector<int64_t> missing(proposals_.size(), 0);
    for (int64_t round = 0; round < most; ++round) {
      for (size_t p = 0; p < proposals_.size(); ++p) {
        if (round < need_of(p).reviewers && !give_one_more(p)) ++missing[p];
      }
    }
    return result(missing);
  }

 private:
  using Reached = std::pair<Cost, size_t>;  // a distance and its node
  using Queue = std::priority_queue<Reached, std::vector<Reached>, std::greater<>>;

  [[nodiscard]] size_t pair(size_t p, size_t r) const { return p * reviewers_.size() + r; }

  [[nodiscard]] const ReviewNeed& need_of(size_t p) const { return input_.needs[proposals_[p]]; }

  [[nodiscard]] const ReviewLoad& load_of(size_t r) const { return input_.loads[reviewers_[r]]; }

  [[nodiscard]] const Affinity& affinity(size_t p, size_t r) const {
    return input_.affinities[pair(proposals_[p], reviewers_[r])];
  }

  [[nodiscard]] bool has_load_left(size_t r) const {
    return std::ssize(proposals_of_[r]) < load_of(r).most_proposals;
  }

  // Along the cheapest path from the proposal to a reviewer with load left; each review on the way
  // changes hands. False if there is no path, and then there will never be one.
  bool give_one_more(size_t proposal) {
    distance_.assign(potential_.size(), kUnreached);
    previous_.assign(potential_.size(), potential_.size());
    Cost end = kUnreached;  // the distance of the end, and through whom
    size_t last = potential_.size();
    Queue queue;
    distance_[proposal] = 0;
    queue.emplace(0, proposal);
    while (!queue.empty() && queue.top().first < end) {
      const auto [distance, node] = queue.top();
      queue.pop();
      if (distance > distance_[node]) continue;
      if (node < proposals_.size()) {
        reach_reviewers(node, queue);
      } else if (has_load_left(node - proposals_.size())) {
        end = distance;  // the nearest, since they are taken in the order of distances
        last = node;
      } else {
        reach_proposals(node - proposals_.size(), queue);
      }
    }
    if (last == potential_.size()) return false;
    for (size_t node = 0; node < potential_.size(); ++node) {
      if (distance_[node] < end) potential_[node] += distance_[node] - end;
    }
    hand_over(proposal, last);
    return true;
  }

  void reach(size_t from, size_t to, Cost distance, Queue& queue) {
    if (distance >= distance_[to]) return;
    distance_[to] = distance;
    previous_[to] = from;
    queue.emplace(distance, to);
  }

  void reach_reviewers(size_t p, Queue& queue) {
    const Cost from = distance_[p] + potential_[p];
    for (size_t r = 0; r < reviewers_.size(); ++r) {
      const Cost cost = cost_[pair(p, r)];
      if (cost == kUnreached || is_assigned_[pair(p, r)]) continue;
      const size_t node = proposals_.size() + r;
      reach(p, node, from + cost - potential_[node], queue);
    }
  }

  void reach_proposals(size_t r, Queue& queue) {
    const size_t node = proposals_.size() + r;
    const Cost from = distance_[node] + potential_[node];
    for (const size_t p : proposals_of_[r])
      reach(node, p, from - cost_[pair(p, r)] - potential_[p], queue);
  }

  void hand_over(size_t proposal, size_t last) {
    for (size_t node = last; node != proposal; node = previous_[node]) {
      const size_t from = previous_[node];
      if (node < proposals_.size())
        take_from(node, from - proposals_.size());
      else
        give_to(from, node - proposals_.size());
    }
  }

  void give_to(size_t p, size_t r) {
    is_assigned_[pair(p, r)] = true;
    reviewers_of_[p].push_back(r);
    proposals_of_[r].push_back(p);
  }

  void take_from(size_t p, size_t r) {
    is_assigned_[pair(p, r)] = false;
    std::erase(reviewers_of_[p], r);
    std::erase(proposals_of_[r], p);
  }

  Assignment result(const std::vector<int64_t>& missing) {
    Assignment assignment;
    for (size_t p = 0; p < proposals_.size(); ++p) {
      std::ranges::sort(reviewers_of_[p]);
      for (const size_t r : reviewers_of_[p]) {
        assignment.reviews.push_back({need_of(p).proposal, load_of(r).reviewer});
        assignment.score_millionths += affinity(p, r).score_millionths;
        assignment.tie_ranks += affinity(p, r).tie_rank;
      }
      if (missing[p] > 0)
        assignment.lacks.push_back({need_of(p).proposal, missing[p], cause_of_lack(p)});
    }
    return assignment;
  }

  [[nodiscard]] LackCause cause_of_lack(size_t p) const {
    int64_t without_conflict = 0;
    for (size_t r = 0; r < reviewers_.size(); ++r)
      without_conflict += affinity(p, r).is_conflict ? 0 : 1;
    return without_conflict < need_of(p).reviewers ? LackCause::kConflicts : LackCause::kLoad;
  }

  const AssignmentInput& input_;
  std::vector<size_t> proposals_, reviewers_;  // positions in the input, in the order of names
  std::vector<Cost> cost_;                     // by pair; kUnreached of a conflict
  std::vector<bool> is_assigned_;              // by pair
  std::vector<std::vector<size_t>> reviewers_of_, proposals_of_;
  std::vector<Cost> potential_, distance_;  // by node
  std::vector<size_t> previous_;            // by node, on the path that was searched last
};

Status expect_unique(std::vector<std::string_view> names, std::string_view what) {
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return {};
  return invalid_input(fmt::format("{} '{}' stands twice; give it once", what, *twice));
}

Status expect_assignable(const AssignmentInput& input) {
  std::vector<std::string_view> proposals, reviewers;
  int64_t reviews = 0;
  for (const ReviewNeed& need : input.needs) {
    proposals.push_back(need.proposal);
    if (need.reviewers < 0 || need.reviewers > kMostReviews - reviews)
      return invalid_input(
          fmt::format("proposal '{}' needs {} reviewers; all together need 0 to {}", need.proposal,
                      need.reviewers, kMostReviews));
    reviews += need.reviewers;
  }
  for (const ReviewLoad& load : input.loads) {
    reviewers.push_back(load.reviewer);
    if (load.most_proposals < 0)
      return invalid_input(fmt::format("reviewer '{}' takes {} proposals; give 0 or more",
                                       load.reviewer, load.most_proposals));
  }
  GLASS_TRY_STATUS(expect_unique(std::move(proposals), "proposal"));
  GLASS_TRY_STATUS(expect_unique(std::move(reviewers), "reviewer"));
  if (input.affinities.size() != input.needs.size() * input.loads.size())
    return invalid_input(
        fmt::format("{} proposals and {} reviewers have {} scores; give one to "
                    "each pair",
                    input.needs.size(), input.loads.size(), input.affinities.size()));
  for (const Affinity& one : input.affinities) {
    if (one.score_millionths < -kLargestAffinity || one.score_millionths > kLargestAffinity ||
        one.tie_rank < 0 || one.tie_rank > kLargestTieRank)
      return invalid_input(fmt::format("a score of {} with tie rank {} is beyond the limits of {}",
                                       one.score_millionths, one.tie_rank, kLargestAffinity));
  }
  return {};
}

}  // namespace

Result<Assignment> assign_reviewers(const AssignmentInput& input) {
  GLASS_TRY_STATUS(expect_assignable(input));
  return Matching(input).run();
}

std::string to_text(const ReviewLack& lack) {
  const std::string_view why =
      lack.cause == LackCause::kConflicts
          ? "too few have no conflict with it; invite others, or have conflicts looked at"
          : "those without a conflict have no load left; invite others, or raise their loads";
  return fmt::format("proposal '{}' lacks {} {}: {}", lack.proposal, lack.missing,
                     lack.missing == 1 ? "reviewer" : "reviewers", why);
}

}  // namespace glass::institution
