// Review: what is known of the review of proposals. A fold of events: evolve() for each in order.
//
//                   rebuttal_opened            rebuttal_given
//     gathering ----------------------> rebuttal ---------> revision
//      |     ^                           |    |              |    |
//      |     |   a conflict took reviews |    |              |    |
//      |     +---------------------------+----|--------------+    |
//      |         away, too few are left       |                   |
//      |                                      |                   |
//      | recommended, where the terms         | recommended, when | recommended, when
//      v have no rebuttal                     v its time is over  v its time is over
//     recommended <---------------------------+-------------------+
//
// What always holds:
//
//   1. whom a conflict blocks sits in no slot: it is released with the conflict, and the review
//   that
//      was given in it no longer counts;
//   2. nobody outside learns from an event who sits in a slot: it has a key of its own, and a
//      commitment to the seat;
//   3. a review is given once, and revised once, after the applicant has answered;
//   4. the applicant has had the time of the terms to answer before the board recommends, and the
//      board recommends on no fewer reviews than the terms say;
//   5. a time that is over is said once, and nothing is lost by that: a late review still counts.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/review/conflict.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/review/scores.h"

namespace glass::institution {

enum class ReviewStage : uint8_t { kGathering, kRebuttal, kRevision, kRecommended };

std::string_view to_text(ReviewStage stage);

struct ReviewSlot {
  std::string seat_commitment;
  int64_t due_ms = 0;
  std::string text;  // commitment; empty: no review given
  int64_t total = 0;
  bool is_revised = false, is_released = false, is_overdue = false;

  [[nodiscard]] bool counts() const { return !is_released && !text.empty(); }

  [[nodiscard]] bool is_awaited() const { return !is_released && text.empty(); }
};

struct Review {
  ReviewOpened terms;
  ReviewStage stage = ReviewStage::kGathering;
  int64_t stage_until_ms = 0;   // of a rebuttal and a revision
  int64_t enough_since_ms = 0;  // of the last review that was needed; while there are enough
  std::map<std::string, ReviewSlot, std::less<>> slots;                 // by key
  std::map<std::string, std::string, std::less<>> bids;                 // by seat
  std::map<std::string, std::vector<Conflict>, std::less<>> conflicts;  // by seat
  std::string rebuttal, recommendation, reasons;
  bool is_overdue = false;  // the recommendation
  int64_t due_ms = 0;       // the next time that can be over; 0 for none

  [[nodiscard]] int64_t counted_reviews() const;

  [[nodiscard]] bool has_enough() const { return counted_reviews() >= terms.least_reviews; }

  // From when on the board may recommend; nothing as long as something else comes first.
  [[nodiscard]] std::optional<int64_t> recommend_from_ms() const;
};

// Who sits in which slot. Kept by whoever assigns, outside of the journal.
using SlotSeats = std::map<std::string, std::string, std::less<>>;

class ReviewBook {
 public:
  // Nothing if there is none.
  [[nodiscard]] const Review* find(std::string_view proposal) const;

  [[nodiscard]] const std::map<std::string, Review, std::less<>>& all() const { return reviews_; }

  // Times that can be over, the earliest first, and of which proposals.
  [[nodiscard]] const std::set<std::pair<int64_t, std::string>>& dues() const { return dues_; }

 private:
  friend void evolve(ReviewBook& book, const ReviewEvent& event, int64_t at_ms);
  struct Noting;

  std::map<std::string, Review, std::less<>> reviews_;
  std::set<std::pair<int64_t, std::string>> dues_;
};

// REQUIRES: the event was possible (review_decide.h).
void evolve(ReviewBook& book, const ReviewEvent& event, int64_t at_ms);

// What is overdue by then and was not said yet. Empty if nothing is.
std::vector<ReviewOverdue> due(const ReviewBook& book, int64_t at_ms);
std::vector<ReviewOverdue> due_of(const Review& review, int64_t at_ms);

// The next moment at which something may be overdue; nothing if time changes nothing.
std::optional<int64_t> next_due_ms(const ReviewBook& book);

// Pure queries over the conflicts of a seat, also before anybody is asked. Whoever has none may.
bool may_review(const Review& review, std::string_view seat);
bool may_see(const Review& review, std::string_view seat);
bool may_vote(const Review& review, std::string_view seat, int64_t level, bool lowers);

// The reviews that count, for rank_proposals. kInvalidInput names a slot whose seat is not known.
[[nodiscard]] Result<std::vector<ReviewTotal>> review_totals(const ReviewBook& book,
                                                             const SlotSeats& seats);

}  // namespace glass::institution
