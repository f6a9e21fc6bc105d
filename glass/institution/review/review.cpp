#include "glass/institution/review/review.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/institution/review/conflict.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/review/scores.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 4> kReviewStages = {"gathering", "rebuttal", "revision",
                                                           "recommended"};

int64_t total_of(const Review& review, const std::vector<ReviewPoints>& given) {
  std::vector<int64_t> points;
  for (const ReviewPoints& one : given) points.push_back(one.points);
  const auto total = weighted_total(review.terms.criteria, points);
  GLASS_CHECK(total.has_value());
  return *total;
}

// The next time that can be over; 0 for none.
int64_t next_due_of(const Review& review) {
  int64_t next = 0;
  const auto take = [&](int64_t due_ms) { next = next == 0 ? due_ms : std::min(next, due_ms); };
  if (review.stage == ReviewStage::kGathering) {
    for (const auto& [key, slot] : review.slots) {
      if (slot.is_awaited() && !slot.is_overdue) take(slot.due_ms);
    }
  }
  const auto from_ms = review.recommend_from_ms();
  if (from_ms && !review.is_overdue) take(*from_ms + review.terms.recommend_ms);
  return next;
}

template <typename Effect>
bool is_unblocked(const Review& review, std::string_view seat, Effect effect) {
  const auto found = review.conflicts.find(seat);
  return found == review.conflicts.end() ||
         std::ranges::none_of(found->second, [&](const Conflict& conflict) {
           return effect(conflict) == ConflictEffect::kBlocked;
         });
}

}  // namespace

std::string_view to_text(ReviewStage stage) {
  return kReviewStages[static_cast<size_t>(stage)];
}

int64_t Review::counted_reviews() const {
  return std::ranges::count_if(slots, [](const auto& slot) { return slot.second.counts(); });
}

std::optional<int64_t> Review::recommend_from_ms() const {
  switch (stage) {
    case ReviewStage::kGathering:
      if (terms.rebuttal_ms == 0 && has_enough()) return enough_since_ms;
      return std::nullopt;
    case ReviewStage::kRebuttal:
    case ReviewStage::kRevision: return stage_until_ms;
    case ReviewStage::kRecommended: return std::nullopt;
  }
  return std::nullopt;
}

const Review* ReviewBook::find(std::string_view proposal) const {
  const auto found = reviews_.find(proposal);
  return found == reviews_.end() ? nullptr : &found->second;
}

// What each event changes in the review of its proposal.
struct ReviewBook::Noting {
  Review& review;
  int64_t at_ms;

  [[nodiscard]] ReviewSlot& slot(std::string_view key) const {
    const auto found = review.slots.find(key);
    GLASS_CHECK(found != review.slots.end());
    return found->second;
  }

  void operator()(const ReviewOpened& one) const { review.terms = one; }

  void operator()(const BidPlaced& one) const { review.bids[one.seat] = one.bid; }

  void operator()(const ConflictRecorded& one) const {
    const Conflict conflict{.code = conflict_code(one.code).value(),
                            .severity = conflict_severity(one.severity).value(),
                            .status = first_status(conflict_severity(one.severity).value(),
                                                   one.detection == kConflictDetections[0])};
    std::vector<Conflict>& all = review.conflicts[one.seat];
    const auto before = std::ranges::find(all, conflict.code, &Conflict::code);
    if (before == all.end())
      all.push_back(conflict);
    else
      *before = conflict;
  }

  void operator()(const ConflictResolved& one) const {
    std::vector<Conflict>& all = review.conflicts[one.seat];
    const auto found = std::ranges::find(all, conflict_code(one.code).value(), &Conflict::code);
    GLASS_CHECK(found != all.end());
    found->status = conflict_status(one.status).value();
  }

  void operator()(const SlotAssigned& one) const {
    ReviewSlot& assigned = review.slots[one.slot];
    assigned.seat_commitment = one.seat_commitment;
    assigned.due_ms = at_ms + review.terms.review_ms;
  }

  void operator()(const SlotReleased& one) const {
    slot(one.slot).is_released = true;
    if (review.has_enough()) return;
    review.stage = ReviewStage::kGathering;
    review.is_overdue = false;
  }

  void operator()(const ReviewGiven& one) const {
    const bool had_enough = review.has_enough();
    ReviewSlot& given = slot(one.slot);
    given.text = one.text;
    given.total = total_of(review, one.points);
    if (!had_enough && review.has_enough()) review.enough_since_ms = at_ms;
  }

  void operator()(const RebuttalOpened&) const {
    review.stage = ReviewStage::kRebuttal;
    review.stage_until_ms = at_ms + review.terms.rebuttal_ms;
  }

  void operator()(const RebuttalGiven& one) const {
    review.stage = ReviewStage::kRevision;
    review.stage_until_ms = at_ms + review.terms.revision_ms;
    review.rebuttal = one.text;
  }

  void operator()(const ReviewRevised& one) const {
    ReviewSlot& revised = slot(one.slot);
    revised.text = one.text;
    revised.total = total_of(review, one.points);
    revised.is_revised = true;
  }

  void operator()(const BoardRecommended& one) const {
    review.stage = ReviewStage::kRecommended;
    review.recommendation = one.recommendation;
    review.reasons = one.reasons;
  }

  void operator()(const ReviewOverdue& one) const {
    (one.slot.empty() ? review.is_overdue : slot(one.slot).is_overdue) = true;
  }
};

void evolve(ReviewBook& book, const ReviewEvent& event, int64_t at_ms) {
  const std::string& proposal =
      std::visit([](const auto& one) -> const std::string& { return one.proposal; }, event);
  if (std::holds_alternative<ReviewOpened>(event)) book.reviews_.try_emplace(proposal);
  const auto found = book.reviews_.find(proposal);
  GLASS_CHECK(found != book.reviews_.end());
  Review& review = found->second;
  std::visit(ReviewBook::Noting{review, at_ms}, event);
  const int64_t due_ms = next_due_of(review);
  if (due_ms == review.due_ms) return;
  book.dues_.erase({review.due_ms, proposal});
  if (due_ms != 0) book.dues_.emplace(due_ms, proposal);
  review.due_ms = due_ms;
}

std::vector<ReviewOverdue> due_of(const Review& review, int64_t at_ms) {
  std::vector<ReviewOverdue> overdue;
  const std::string& proposal = review.terms.proposal;
  if (review.stage == ReviewStage::kGathering) {
    for (const auto& [key, slot] : review.slots) {
      if (slot.is_awaited() && !slot.is_overdue && slot.due_ms <= at_ms)
        overdue.push_back({proposal, key});
    }
  }
  const auto from_ms = review.recommend_from_ms();
  if (from_ms && !review.is_overdue && *from_ms + review.terms.recommend_ms <= at_ms)
    overdue.push_back({proposal, ""});
  return overdue;
}

std::vector<ReviewOverdue> due(const ReviewBook& book, int64_t at_ms) {
  std::vector<ReviewOverdue> overdue;
  for (const auto& [due_ms, proposal] : book.dues()) {
    if (due_ms > at_ms) break;
    for (ReviewOverdue& one : due_of(*book.find(proposal), at_ms))
      overdue.push_back(std::move(one));
  }
  return overdue;
}

std::optional<int64_t> next_due_ms(const ReviewBook& book) {
  if (book.dues().empty()) return std::nullopt;
  return book.dues().begin()->first;
}

bool may_review(const Review& review, std::string_view seat) {
  return is_unblocked(review, seat, effect_on_review);
}

bool may_see(const Review& review, std::string_view seat) {
  return is_unblocked(review, seat, effect_on_review);
}

bool may_vote(const Review& review, std::string_view seat, int64_t level, bool lowers) {
  return is_unblocked(review, seat, [&](const Conflict& conflict) {
    return effect_on_vote(conflict, level, lowers);
  });
}

Result<std::vector<ReviewTotal>> review_totals(const ReviewBook& book, const SlotSeats& seats) {
  std::vector<ReviewTotal> totals;
  for (const auto& [proposal, review] : book.all()) {
    for (const auto& [key, slot] : review.slots) {
      if (!slot.counts()) continue;
      const auto seat = seats.find(key);
      if (seat == seats.end())
        return invalid_input(
            fmt::format("nobody knows who sits in slot {}; hand in who was assigned", key));
      totals.push_back({proposal, seat->second, slot.total});
    }
  }
  return totals;
}

}  // namespace glass::institution
