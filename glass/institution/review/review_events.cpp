#include "glass/institution/review/review_events.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/institution/review/conflict.h"
#include "glass/institution/review/scores.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

using settings::FieldVisitor;

constexpr std::string_view kSlotHelp = "the public key of the slot, 'ed25519:' and its digits";
constexpr std::string_view kTextHelp = "what commits to its text";

// A bid that is no conflict has no code.
constexpr auto kCodesOrNone = [] {
  std::array<std::string_view, kConflictCodes.size() + 1> words = {};
  words[0] = "none";
  std::ranges::copy(kConflictCodes, words.begin() + 1);
  return words;
}();

void describe_proposal(FieldVisitor& fields, std::string& proposal) {
  fields.text("proposal", proposal, "id of the proposal, 32 hexadecimal digits");
}

void describe_span(FieldVisitor& fields, std::string_view key, int64_t& span_ms,
                   std::string_view help) {
  fields.integer(key, span_ms, {.min = 0, .max = kLongestReviewMs}, help);
}

void describe_points(FieldVisitor& fields, std::vector<ReviewPoints>& points) {
  settings::TablesOf tables(points);
  fields.tables("criterion", tables, "the points of each criterion, in their order");
}

}  // namespace

void describe(FieldVisitor& fields, ReviewPoints& points) {
  fields.integer("points", points.points, {.min = 0, .max = kLargestTotal}, "0 to its most");
}

void describe(FieldVisitor& fields, ReviewOpened& event) {
  describe_proposal(fields, event.proposal);
  fields.integer("least_reviews", event.least_reviews, {.min = 1, .max = kMostReviewsOfProposal},
                 "no recommendation with fewer");
  describe_span(fields, "review_ms", event.review_ms, "how long a reviewer has");
  describe_span(fields, "rebuttal_ms", event.rebuttal_ms,
                "how long the applicant may answer; 0 for no rebuttal");
  describe_span(fields, "revision_ms", event.revision_ms,
                "how long reviewers may revise after an answer");
  describe_span(fields, "recommend_ms", event.recommend_ms, "how long the board then has");
  settings::TablesOf criteria(event.criteria);
  fields.tables("criterion", criteria, "what is judged");
}

void describe(FieldVisitor& fields, BidPlaced& event) {
  describe_proposal(fields, event.proposal);
  fields.text("seat", event.seat, "who bids");
  fields.choice("bid", event.bid, kBids, "how gladly");
  fields.choice("code", event.code, kCodesOrNone, "which conflict, where the bid is one");
}

void describe(FieldVisitor& fields, ConflictRecorded& event) {
  describe_proposal(fields, event.proposal);
  fields.text("seat", event.seat, "who has it");
  fields.choice("code", event.code, kConflictCodes, "what kind of conflict");
  fields.choice("severity", event.severity, kConflictSeverities, "how grave this one is");
  fields.choice("detection", event.detection, kConflictDetections, "how it came to be known");
  fields.choice("financial_range", event.financial_range, kFinancialRanges,
                "what money is at stake");
}

void describe(FieldVisitor& fields, ConflictResolved& event) {
  describe_proposal(fields, event.proposal);
  fields.text("seat", event.seat, "who has it");
  fields.choice("code", event.code, kConflictCodes, "what kind of conflict");
  fields.choice("status", event.status, kResolutions, "what became of it");
  fields.text("by_seat", event.by_seat, "who looked at it");
  fields.text("plan", event.plan, "what commits to the plan of a waiver");
}

void describe(FieldVisitor& fields, SlotAssigned& event) {
  describe_proposal(fields, event.proposal);
  fields.text("slot", event.slot, kSlotHelp);
  fields.text("seat_commitment", event.seat_commitment, "what commits to who sits in it");
}

void describe(FieldVisitor& fields, SlotReleased& event) {
  describe_proposal(fields, event.proposal);
  fields.text("slot", event.slot, kSlotHelp);
  fields.choice("reason", event.reason, kReleaseReasons, "why nobody sits in it any more");
}

void describe(FieldVisitor& fields, ReviewGiven& event) {
  describe_proposal(fields, event.proposal);
  fields.text("slot", event.slot, kSlotHelp);
  fields.text("text", event.text, kTextHelp);
  describe_points(fields, event.points);
}

void describe(FieldVisitor& fields, RebuttalOpened& event) {
  describe_proposal(fields, event.proposal);
}

void describe(FieldVisitor& fields, RebuttalGiven& event) {
  describe_proposal(fields, event.proposal);
  fields.text("text", event.text, kTextHelp);
}

void describe(FieldVisitor& fields, ReviewRevised& event) {
  describe_proposal(fields, event.proposal);
  fields.text("slot", event.slot, kSlotHelp);
  fields.text("text", event.text, kTextHelp);
  describe_points(fields, event.points);
}

void describe(FieldVisitor& fields, BoardRecommended& event) {
  describe_proposal(fields, event.proposal);
  fields.choice("recommendation", event.recommendation, kRecommendations, "what the board says");
  fields.text("reasons", event.reasons, "what commits to its reasons");
}

void describe(FieldVisitor& fields, ReviewOverdue& event) {
  describe_proposal(fields, event.proposal);
  fields.text("slot", event.slot, "whose review; empty for the recommendation");
}

}  // namespace glass::institution
