// What happens to the review of a proposal, as a journal tells it. docs/reference/review.md says it
// in words. Reviews, rebuttals, plans and reasons are texts outside of the journal; here is what
// commits to them, 64 hexadecimal digits.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/institution/review/scores.h"
#include "glass/settings/fields.h"

namespace glass::institution {

inline constexpr std::array<std::string_view, 4> kBids = {"eager", "willing", "not-willing",
                                                          "conflict"};
inline constexpr std::array<std::string_view, 3> kResolutions = {"dismissed", "waived", "recused"};
inline constexpr std::array<std::string_view, 3> kReleaseReasons = {"declined", "conflict",
                                                                    "no-review"};
inline constexpr std::array<std::string_view, 3> kRecommendations = {"fund", "fund-with-changes",
                                                                     "do-not-fund"};

inline constexpr int64_t kLongestReviewMs = int64_t{3'660} * 24 * 3'600 * 1'000;  // ten years

// The terms of the review: how many are needed, how long each part takes, what is judged. A
// rebuttal of no time is none.
struct ReviewOpened {
  static constexpr std::string_view kKind = "review.opened";
  std::string proposal = "";
  int64_t least_reviews = 3;
  int64_t review_ms = 0, rebuttal_ms = 0, revision_ms = 0, recommend_ms = 0;
  std::vector<ReviewCriterion> criteria = {};

  friend bool operator==(const ReviewOpened&, const ReviewOpened&) = default;
};

// What somebody who might review says to that. A bid `conflict` names its code and discloses it.
struct BidPlaced {
  static constexpr std::string_view kKind = "review.bid";
  std::string proposal = "", seat = "", bid = "willing", code = "none";

  friend bool operator==(const BidPlaced&, const BidPlaced&) = default;
};

struct ConflictRecorded {
  static constexpr std::string_view kKind = "review.conflict_recorded";
  std::string proposal = "", seat = "", code = "INST_SAME", severity = "real",
              detection = "automated", financial_range = "none";

  friend bool operator==(const ConflictRecorded&, const ConflictRecorded&) = default;
};

struct ConflictResolved {
  static constexpr std::string_view kKind = "review.conflict_resolved";
  std::string proposal = "", seat = "", code = "INST_SAME", status = "dismissed", by_seat = "",
              plan = "";

  friend bool operator==(const ConflictResolved&, const ConflictResolved&) = default;
};

// Whoever sits in a slot signs with a key that is used for it alone.
struct SlotAssigned {
  static constexpr std::string_view kKind = "review.slot_assigned";
  std::string proposal = "", slot = "", seat_commitment = "";

  friend bool operator==(const SlotAssigned&, const SlotAssigned&) = default;
};

struct SlotReleased {
  static constexpr std::string_view kKind = "review.slot_released";
  std::string proposal = "", slot = "", reason = "declined";

  friend bool operator==(const SlotReleased&, const SlotReleased&) = default;
};

struct ReviewPoints {
  int64_t points = 0;

  friend bool operator==(const ReviewPoints&, const ReviewPoints&) = default;
};

// Points in the order of the criteria.
struct ReviewGiven {
  static constexpr std::string_view kKind = "review.given";
  std::string proposal = "", slot = "", text = "";
  std::vector<ReviewPoints> points = {};

  friend bool operator==(const ReviewGiven&, const ReviewGiven&) = default;
};

// The applicant is shown the reviews.
struct RebuttalOpened {
  static constexpr std::string_view kKind = "review.rebuttal_opened";
  std::string proposal = "";

  friend bool operator==(const RebuttalOpened&, const RebuttalOpened&) = default;
};

struct RebuttalGiven {
  static constexpr std::string_view kKind = "review.rebuttal_given";
  std::string proposal = "", text = "";

  friend bool operator==(const RebuttalGiven&, const RebuttalGiven&) = default;
};

struct ReviewRevised {
  static constexpr std::string_view kKind = "review.revised";
  std::string proposal = "", slot = "", text = "";
  std::vector<ReviewPoints> points = {};

  friend bool operator==(const ReviewRevised&, const ReviewRevised&) = default;
};

struct BoardRecommended {
  static constexpr std::string_view kKind = "review.recommended";
  std::string proposal = "", recommendation = "fund", reasons = "";

  friend bool operator==(const BoardRecommended&, const BoardRecommended&) = default;
};

// A time that is over, said once: of a slot's review, or of the recommendation where none is named.
struct ReviewOverdue {
  static constexpr std::string_view kKind = "review.overdue";
  std::string proposal = "", slot = "";

  friend bool operator==(const ReviewOverdue&, const ReviewOverdue&) = default;
};

using ReviewEvent = std::variant<ReviewOpened, BidPlaced, ConflictRecorded, ConflictResolved,
                                 SlotAssigned, SlotReleased, ReviewGiven, RebuttalOpened,
                                 RebuttalGiven, ReviewRevised, BoardRecommended, ReviewOverdue>;

void describe(settings::FieldVisitor& fields, ReviewPoints& points);
void describe(settings::FieldVisitor& fields, ReviewOpened& event);
void describe(settings::FieldVisitor& fields, BidPlaced& event);
void describe(settings::FieldVisitor& fields, ConflictRecorded& event);
void describe(settings::FieldVisitor& fields, ConflictResolved& event);
void describe(settings::FieldVisitor& fields, SlotAssigned& event);
void describe(settings::FieldVisitor& fields, SlotReleased& event);
void describe(settings::FieldVisitor& fields, ReviewGiven& event);
void describe(settings::FieldVisitor& fields, RebuttalOpened& event);
void describe(settings::FieldVisitor& fields, RebuttalGiven& event);
void describe(settings::FieldVisitor& fields, ReviewRevised& event);
void describe(settings::FieldVisitor& fields, BoardRecommended& event);
void describe(settings::FieldVisitor& fields, ReviewOverdue& event);

}  // namespace glass::institution
