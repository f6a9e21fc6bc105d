// What always holds of reviews, over random histories.
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/json.h"
#include "glass/institution/review/conflict.h"
#include "glass/institution/review/review.h"
#include "glass/institution/review/review_decide.h"
#include "glass/institution/review/review_events.h"
#include "glass/settings/json_fields.h"

namespace glass::institution {
namespace {

const std::string kReviewed = "0000000000000000000000000000c001";
const std::string kCommitment(64, 'c');

constexpr int kSeats = 8;

// From `low` until, and not at, `high`; rapidcheck's own ranges are small for most of a test.
template <typename Int>
Int any_from(Int low, Int high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Int>(low, high));
}

std::string any_seat() {
  return fmt::format("expert-{}", any_from(0, kSeats));
}

std::string slot_key(int number) {
  return fmt::format("ed25519:{:064x}", number);
}

template <size_t N>
std::string any_of_words(const std::array<std::string_view, N>& words) {
  return std::string(words[any_from<size_t>(0, N)]);
}

std::vector<ReviewPoints> any_points() {
  return {{any_from<int64_t>(0, 6)}};
}

ConflictRecorded any_conflict() {
  const std::string code = any_of_words(kConflictCodes);
  return {.proposal = kReviewed,
          .seat = any_seat(),
          .code = code,
          .severity = std::string(to_text(ordinary_severity(*conflict_code(code)))),
          .detection = any_of_words(kConflictDetections)};
}

class ReviewHistory {
 public:
  struct Step {
    ReviewEvent event;
    int64_t at_ms;
    std::string after;
  };

  void run(int steps) {
    ask(ReviewOpened{.proposal = kReviewed,
                     .least_reviews = 2,
                     .review_ms = 8,
                     .rebuttal_ms = any_from<int64_t>(0, 3) * 4,
                     .revision_ms = 5,
                     .recommend_ms = 6,
                     .criteria = {{1, 5}}});
    for (int i = 0; i < steps; ++i) {
      at_ms_ += any_from<int64_t>(0, 3);
      for (const ReviewOverdue& one : due(book_, at_ms_)) ask(one);
      RC_ASSERT(due(book_, at_ms_).empty());
      ask(any_event());
    }
  }

  // Everything that can be asked of the review, as one text.
  static std::string picture(const ReviewBook& book) {
    const Review* review = book.find(kReviewed);
    if (review == nullptr) return "";
    std::string all =
        fmt::format("{} {} {} {} {} {}\n", to_text(review->stage), review->stage_until_ms,
                    review->rebuttal.size(), review->recommendation, review->counted_reviews(),
                    next_due_ms(book).value_or(-1));
    for (const auto& [key, slot] : review->slots)
      all += fmt::format("{} {} {} {} {}\n", key, slot.total, slot.is_released, slot.is_revised,
                         slot.is_overdue);
    for (const auto& [seat, bid] : review->bids) all += fmt::format("{} {}\n", seat, bid);
    for (int i = 0; i < kSeats; ++i) {
      const std::string seat = fmt::format("expert-{}", i);
      all += fmt::format("{} {} {}\n", seat, may_see(*review, seat),
                         may_vote(*review, seat, 3, false));
    }
    return all;
  }

  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }

 private:
  // One that there is, where there are any.
  std::string any_slot() const {
    const Review& review = *book_.find(kReviewed);
    if (review.slots.empty()) return slot_key(0);
    return std::next(review.slots.begin(), any_from<int64_t>(0, std::ssize(review.slots)))->first;
  }

  ReviewEvent any_event() {
    const std::string slot = any_slot();
    switch (any_from(0, 20)) {
      case 0: return BidPlaced{kReviewed, any_seat(), any_of_words(kBids)};
      case 1: return BidPlaced{kReviewed, any_seat(), "conflict", any_of_words(kConflictCodes)};
      case 2: return any_conflict();
      case 3: {
        const std::string status = any_of_words(kResolutions);
        return ConflictResolved{kReviewed, any_seat(), any_of_words(kConflictCodes),
                                status,    any_seat(), status == "waived" ? kCommitment : ""};
      }
      case 4: return SlotReleased{kReviewed, slot, any_of_words(kReleaseReasons)};
      case 5:
      case 6: return RebuttalOpened{kReviewed};
      case 7:
      case 8: return RebuttalGiven{kReviewed, kCommitment};
      case 9:
      case 10: return ReviewRevised{kReviewed, slot, kCommitment, any_points()};
      case 11: return BoardRecommended{kReviewed, any_of_words(kRecommendations), kCommitment};
      case 12:
      case 13:
      case 14: {
        const std::string key = slot_key(++slots_);
        seats_[key] = any_seat();
        return SlotAssigned{kReviewed, key, kCommitment};
      }
      default: return ReviewGiven{kReviewed, slot, kCommitment, any_points()};
    }
  }

  // Refused, it has changed nothing; else what always holds does.
  void ask(const ReviewEvent& event) {
    const auto decided = decide(book_, event, seats_, at_ms_);
    if (!decided) return;
    for (const ReviewEvent& one : *decided) {
      evolve(book_, one, at_ms_);
      steps_.push_back({one, at_ms_, picture(book_)});
    }
    expect_invariants();
  }

  void expect_invariants() const {
    const Review& review = *book_.find(kReviewed);
    std::map<std::string, int> sits;
    for (const auto& [key, slot] : review.slots) {
      if (slot.is_released || review.stage == ReviewStage::kRecommended) continue;
      const std::string& seat = seats_.find(key)->second;
      RC_ASSERT(may_see(review, seat));
      RC_ASSERT(++sits[seat] == 1);
    }
    if (review.stage != ReviewStage::kGathering) RC_ASSERT(review.has_enough());
    if (!review.recommendation.empty() && review.terms.rebuttal_ms > 0)
      RC_ASSERT(review.stage_until_ms > 0 && at_ms_ >= review.stage_until_ms);
  }

  ReviewBook book_;
  SlotSeats seats_;
  int slots_ = 0;
  int64_t at_ms_ = 1;
  std::vector<Step> steps_;
};

TEST(ReviewHistory, KeepsWhoIsBlockedOutOfEverySlot) {
  std::map<size_t, int> seen;
  EXPECT_TRUE(rc::check("any history", [&] {
    ReviewHistory history;
    history.run(200);
    for (const auto& step : history.steps()) ++seen[step.event.index()];
  }));
  // Else the histories would prove nothing about some event.
  EXPECT_EQ(seen.size(), std::variant_size_v<ReviewEvent>);
}

TEST(ReviewHistory, AnyPrefixFoldsToTheSameWithoutKnowingTheSeats) {
  EXPECT_TRUE(rc::check("events folded again", [] {
    ReviewHistory history;
    history.run(40);
    ReviewBook again;
    for (const auto& step : history.steps()) {
      evolve(again, step.event, step.at_ms);
      RC_ASSERT(ReviewHistory::picture(again) == step.after);
    }
  }));
}

template <typename Event>
Event written_and_read(Event event) {
  settings::JsonWriter writer;
  describe(writer, event);
  Event read;
  std::vector<std::string> problems;
  settings::JsonReader reader(Json(std::move(writer).take()), "", problems);
  describe(reader, read);
  RC_ASSERT(problems.empty());
  return read;
}

TEST(ReviewHistory, EventsAreReadAsTheyAreWritten) {
  const ConflictResolved waived{kReviewed, "expert-1", "COMPET", "waived", "chair", kCommitment};
  EXPECT_EQ(written_and_read(waived), waived);
  EXPECT_TRUE(rc::check("events as JSON", [] {
    ReviewHistory history;
    history.run(30);
    for (const auto& step : history.steps())
      std::visit([](const auto& one) { RC_ASSERT(written_and_read(one) == one); }, step.event);
  }));
}

}  // namespace
}  // namespace glass::institution
