#include "glass/institution/review/review_decide.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/institution/review/conflict.h"
#include "glass/institution/review/review.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/review/scores.h"

namespace glass::institution {
namespace {

constexpr size_t kIdDigits = 32, kDigestDigits = 64;
constexpr std::string_view kSlotPrefix = "ed25519:";
constexpr std::string_view kBidOfConflict = "conflict", kNoCode = "none";

bool is_hex(std::string_view text, size_t digits) {
  return text.size() == digits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Status expect_commitment(std::string_view what, std::string_view text) {
  if (is_hex(text, kDigestDigits)) return {};
  return refused(fmt::format("'{}' does not commit to {}; give a digest of {} hexadecimal digits",
                             text, what, kDigestDigits));
}

Status expect_word(std::string_view what, std::span<const std::string_view> words,
                   std::string_view word) {
  if (std::ranges::find(words, word) != words.end()) return {};
  std::string all;
  for (const std::string_view known : words)
    all += fmt::format("{}{}", all.empty() ? "" : ", ", known);
  return refused(fmt::format("'{}' is no {}; give one of {}", word, what, all));
}

const Conflict* conflict_of(const Review& review, std::string_view seat, ConflictCode code) {
  const auto found = review.conflicts.find(seat);
  if (found == review.conflicts.end()) return nullptr;
  const auto one = std::ranges::find(found->second, code, &Conflict::code);
  return one == found->second.end() ? nullptr : &*one;
}

bool stands(const Conflict* conflict) {
  return conflict != nullptr && conflict->status != ConflictStatus::kDismissed;
}

// The rules of each event in the review of its proposal.
struct Reviewing {
  const Review& review;
  const SlotSeats& seats;
  int64_t at_ms;

  [[nodiscard]] std::string_view proposal() const { return review.terms.proposal; }

  [[nodiscard]] Status expect_stage(ReviewStage stage, std::string_view what) const {
    if (review.stage == stage) return {};
    return refused(fmt::format("the review of proposal {} is at its {}; {} belongs to its {}",
                               proposal(), to_text(review.stage), what, to_text(stage)));
  }

  [[nodiscard]] Status expect_in_time(std::string_view what) const {
    if (at_ms < review.stage_until_ms) return {};
    return refused(
        fmt::format("the time for {} of proposal {} was over at {}; the board decides "
                    "next",
                    what, proposal(), time_text(review.stage_until_ms)));
  }

  [[nodiscard]] Result<const ReviewSlot*> open_slot(std::string_view key) const {
    const auto found = review.slots.find(key);
    if (found == review.slots.end())
      return refused(fmt::format("proposal {} has no slot {}; assign it first", proposal(), key));
    if (found->second.is_released)
      return refused(
          fmt::format("slot {} of proposal {} was released; assign another", key, proposal()));
    return &found->second;
  }

  [[nodiscard]] Status expect_points(const std::vector<ReviewPoints>& given) const {
    std::vector<int64_t> points;
    for (const ReviewPoints& one : given) points.push_back(one.points);
    const auto total = weighted_total(review.terms.criteria, points);
    if (total) return {};
    return refused(total.error().message);
  }

  Status operator()(const ReviewOpened&) const {
    return refused(fmt::format("the review of proposal {} is open already", proposal()));
  }

  Status operator()(const BidPlaced& one) const {
    GLASS_TRY_STATUS(expect_stage(ReviewStage::kGathering, "a bid"));
    GLASS_TRY_STATUS(expect_word("bid", kBids, one.bid));
    if (one.seat.empty()) return refused("a bid is somebody's; name the seat");
    const bool is_conflict = one.bid == kBidOfConflict;
    if (is_conflict != (one.code != kNoCode))
      return refused("a bid 'conflict' names its code, and no other bid does");
    if (is_conflict) return expect_word("code of a conflict", kConflictCodes, one.code);
    return {};
  }

  Status operator()(const ConflictRecorded& one) const {
    if (one.seat.empty()) return refused("a conflict is somebody's; name the seat");
    GLASS_TRY_STATUS(expect_word("code of a conflict", kConflictCodes, one.code));
    GLASS_TRY_STATUS(expect_word("severity", kConflictSeverities, one.severity));
    GLASS_TRY_STATUS(expect_word("way to detect a conflict", kConflictDetections, one.detection));
    GLASS_TRY_STATUS(expect_word("financial range", kFinancialRanges, one.financial_range));
    const ConflictCode code = *conflict_code(one.code);
    if (*conflict_severity(one.severity) < ordinary_severity(code))
      return refused(fmt::format("{} is {}; a particular one may be graver, not less", one.code,
                                 to_text(ordinary_severity(code))));
    if (code != ConflictCode::kFinDirect && one.financial_range != kFinancialRanges[0])
      return refused("money is at stake in a conflict FIN_DIRECT; record that one");
    if (stands(conflict_of(review, one.seat, code)))
      return refused(
          fmt::format("{} of seat {} is recorded already; resolve that", one.code, one.seat));
    return {};
  }

  Status operator()(const ConflictResolved& one) const {
    GLASS_TRY_STATUS(expect_word("code of a conflict", kConflictCodes, one.code));
    GLASS_TRY_STATUS(expect_word("way to resolve a conflict", kResolutions, one.status));
    const Conflict* conflict = conflict_of(review, one.seat, *conflict_code(one.code));
    if (!stands(conflict))
      return refused(fmt::format("seat {} has no conflict {} with proposal {}; record it first",
                                 one.seat, one.code, proposal()));
    if (conflict->status == ConflictStatus::kRecused)
      return refused(fmt::format("seat {} has stepped back from proposal {}; that stays so",
                                 one.seat, proposal()));
    const ConflictStatus status = *conflict_status(one.status);
    if (one.by_seat.empty() || (status != ConflictStatus::kRecused && one.by_seat == one.seat))
      return refused(
          fmt::format("the conflict {} of seat {} is dismissed or waived by another "
                      "person; ask one",
                      one.code, one.seat));
    if (status == ConflictStatus::kWaived && conflict->severity == ConflictSeverity::kReal)
      return refused(
          fmt::format("{} of seat {} is real and cannot be waived; step back, or have it "
                      "dismissed if it is none",
                      one.code, one.seat));
    if (status == ConflictStatus::kWaived) return expect_commitment("a plan", one.plan);
    if (!one.plan.empty()) return refused("a plan belongs to a waiver and to nothing else");
    return {};
  }

  Status operator()(const SlotAssigned& one) const {
    GLASS_TRY_STATUS(expect_stage(ReviewStage::kGathering, "a slot"));
    if (!one.slot.starts_with(kSlotPrefix) ||
        !is_hex(std::string_view(one.slot).substr(kSlotPrefix.size()), kDigestDigits))
      return refused(
          fmt::format("'{}' is no key of a slot; make one of its own, 'ed25519:' and {} "
                      "hexadecimal digits",
                      one.slot, kDigestDigits));
    GLASS_TRY_STATUS(expect_commitment("a seat", one.seat_commitment));
    if (review.slots.contains(one.slot))
      return refused(
          fmt::format("proposal {} has a slot {} already; make another key", proposal(), one.slot));
    return expect_seat(one.slot);
  }

  [[nodiscard]] Status expect_seat(std::string_view key) const {
    const auto seat = seats.find(key);
    if (seat == seats.end() || seat->second.empty())
      return refused(fmt::format("nobody knows who sits in slot {}; hand in the seat", key));
    if (!may_review(review, seat->second))
      return refused(
          fmt::format("a conflict keeps seat {} from proposal {}; ask somebody else, or "
                      "have it looked at",
                      seat->second, proposal()));
    for (const auto& [other, slot] : review.slots) {
      const auto sits = seats.find(other);
      if (!slot.is_released && sits != seats.end() && sits->second == seat->second)
        return refused(fmt::format("seat {} reviews proposal {} already; ask somebody else",
                                   seat->second, proposal()));
    }
    return {};
  }

  Status operator()(const SlotReleased& one) const {
    GLASS_TRY_STATUS(expect_word("reason to release a slot", kReleaseReasons, one.reason));
    GLASS_TRY(const ReviewSlot* slot, open_slot(one.slot));
    if (review.stage == ReviewStage::kRecommended)
      return refused(fmt::format("the review of proposal {} is over; no slot changes", proposal()));
    if (one.reason != "conflict" && !slot->text.empty())
      return refused(
          fmt::format("the review in slot {} was given; only a conflict takes it away", one.slot));
    return {};
  }

  Status operator()(const ReviewGiven& one) const {
    GLASS_TRY_STATUS(expect_stage(ReviewStage::kGathering, "a review"));
    GLASS_TRY(const ReviewSlot* slot, open_slot(one.slot));
    if (!slot->text.empty())
      return refused(
          fmt::format("the review in slot {} was given; revise it after the applicant has "
                      "answered",
                      one.slot));
    GLASS_TRY_STATUS(expect_commitment("a review", one.text));
    return expect_points(one.points);
  }

  Status operator()(const RebuttalOpened&) const {
    GLASS_TRY_STATUS(expect_stage(ReviewStage::kGathering, "opening a rebuttal"));
    if (review.terms.rebuttal_ms == 0)
      return refused(
          fmt::format("the terms of proposal {} have no rebuttal; recommend when there "
                      "are enough reviews",
                      proposal()));
    return expect_enough();
  }

  [[nodiscard]] Status expect_enough() const {
    if (review.has_enough()) return {};
    return refused(fmt::format("proposal {} has {} of {} reviews; wait for them or assign others",
                               proposal(), review.counted_reviews(), review.terms.least_reviews));
  }

  Status operator()(const RebuttalGiven& one) const {
    GLASS_TRY_STATUS(expect_stage(ReviewStage::kRebuttal, "a rebuttal"));
    GLASS_TRY_STATUS(expect_in_time("a rebuttal"));
    return expect_commitment("a rebuttal", one.text);
  }

  Status operator()(const ReviewRevised& one) const {
    GLASS_TRY_STATUS(expect_stage(ReviewStage::kRevision, "revising"));
    GLASS_TRY_STATUS(expect_in_time("revising the reviews"));
    GLASS_TRY(const ReviewSlot* slot, open_slot(one.slot));
    if (slot->text.empty() || slot->is_revised)
      return refused(
          fmt::format("slot {} has no review that was not revised yet; a review is "
                      "revised once",
                      one.slot));
    GLASS_TRY_STATUS(expect_commitment("a review", one.text));
    return expect_points(one.points);
  }

  Status operator()(const BoardRecommended& one) const {
    if (review.stage == ReviewStage::kRecommended)
      return refused(fmt::format("the board has recommended on proposal {}: {}", proposal(),
                                 review.recommendation));
    GLASS_TRY_STATUS(expect_enough());
    const auto from_ms = review.recommend_from_ms();
    if (!from_ms)
      return refused(
          fmt::format("the applicant of proposal {} has not been heard; open the rebuttal "
                      "first",
                      proposal()));
    if (at_ms < *from_ms)
      return refused(fmt::format("the {} of proposal {} lasts until {}; recommend then",
                                 to_text(review.stage), proposal(), time_text(*from_ms)));
    GLASS_TRY_STATUS(expect_word("recommendation", kRecommendations, one.recommendation));
    return expect_commitment("reasons", one.reasons);
  }

  Status operator()(const ReviewOverdue& one) const {
    const std::vector<ReviewOverdue> overdue = due_of(review, at_ms);
    if (std::ranges::find(overdue, one) != overdue.end()) return {};
    return refused(
        fmt::format("nothing of proposal {} is overdue that was not said; the clock says "
                    "what is and when",
                    proposal()));
  }
};

Status expect_openable(const ReviewOpened& one) {
  if (!is_hex(one.proposal, kIdDigits))
    return refused(fmt::format("'{}' is no id of a proposal; it has {} hexadecimal digits",
                               one.proposal, kIdDigits));
  if (one.least_reviews < 1 || one.least_reviews > kMostReviewsOfProposal)
    return refused(fmt::format("{} reviews are asked for; ask for 1 to {}", one.least_reviews,
                               kMostReviewsOfProposal));
  for (const int64_t span_ms :
       {one.review_ms, one.rebuttal_ms, one.revision_ms, one.recommend_ms}) {
    if (span_ms < 0 || span_ms > kLongestReviewMs)
      return refused("a time of a review is 0 to ten years; set the terms so");
  }
  if (one.review_ms == 0) return refused("reviewers need time; set review_ms");
  if (const Status criteria = expect_criteria(one.criteria); !criteria)
    return refused(criteria.error().message);
  return {};
}

// Slots of a seat that something blocks now.
void release(const Review& review, std::string_view seat, const SlotSeats& seats,
             std::vector<ReviewEvent>& events) {
  if (review.stage == ReviewStage::kRecommended) return;
  for (const auto& [key, slot] : review.slots) {
    const auto sits = seats.find(key);
    if (!slot.is_released && sits != seats.end() && sits->second == seat)
      events.emplace_back(SlotReleased{review.terms.proposal, key, "conflict"});
  }
}

// A bid that is a conflict discloses it, unless it is known.
void disclose(const Review& review, const BidPlaced& bid, std::vector<ReviewEvent>& events) {
  if (bid.bid != kBidOfConflict) return;
  const ConflictCode code = *conflict_code(bid.code);
  if (stands(conflict_of(review, bid.seat, code))) return;
  events.emplace_back(ConflictRecorded{.proposal = bid.proposal,
                                       .seat = bid.seat,
                                       .code = bid.code,
                                       .severity = std::string(to_text(ordinary_severity(code))),
                                       .detection = "self-disclosed",
                                       .financial_range = "none"});
}

}  // namespace

Result<std::vector<ReviewEvent>> decide(const ReviewBook& book, const ReviewEvent& asked,
                                        const SlotSeats& seats, int64_t at_ms) {
  const std::string& proposal =
      std::visit([](const auto& one) -> const std::string& { return one.proposal; }, asked);
  const Review* review = book.find(proposal);
  if (review == nullptr) {
    const auto* opened = std::get_if<ReviewOpened>(&asked);
    if (opened == nullptr)
      return refused(fmt::format("there is no review of proposal {}; open it first", proposal));
    GLASS_TRY_STATUS(expect_openable(*opened));
    return std::vector<ReviewEvent>{asked};
  }
  GLASS_TRY_STATUS(std::visit(Reviewing{*review, seats, at_ms}, asked));
  std::vector<ReviewEvent> events = {asked};
  if (const auto* bid = std::get_if<BidPlaced>(&asked)) disclose(*review, *bid, events);
  if (const auto* recorded = std::get_if<ConflictRecorded>(&events.back())) {
    const ConflictSeverity severity = *conflict_severity(recorded->severity);
    const bool is_automated = recorded->detection == kConflictDetections[0];
    const std::string seat = recorded->seat;
    if (effect_on_review({.code = *conflict_code(recorded->code),
                          .severity = severity,
                          .status = first_status(severity, is_automated)}) ==
        ConflictEffect::kBlocked)
      release(*review, seat, seats, events);
  }
  if (const auto* resolved = std::get_if<ConflictResolved>(&asked)) {
    if (resolved->status == "recused") release(*review, resolved->seat, seats, events);
  }
  return events;
}

}  // namespace glass::institution
