#include "glass/institution/petitions/petition.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "glass/base/check.h"
#include "glass/institution/petitions/petition_events.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 13> kPetitionStates = {"none",
                                                              "draft",
                                                              "collecting_sponsors",
                                                              "moderation",
                                                              "open",
                                                              "paused",
                                                              "rejected",
                                                              "hidden",
                                                              "closed",
                                                              "archived",
                                                              "threshold_reached",
                                                              "overdue",
                                                              "answered"};

// That of a list whose member `name` is `id`. REQUIRES: there is one.
template <typename Item>
Item& named(std::vector<Item>& items, std::string Item::*name, std::string_view id) {
  const auto found = std::ranges::find(items, id, name);
  GLASS_CHECK(found != items.end());
  return *found;
}

// Each event, done to a petition that may have it done to it.
class Evolving {
 public:
  Evolving(Petition& petition, int64_t at_ms) : petition_(petition), at_ms_(at_ms) {}

  void operator()(const PetitionDrafted& event) {
    expect(PetitionState::kNone);
    petition_.id = event.petition;
    petition_.text = event.text;
    petition_.state = PetitionState::kDraft;
  }

  void operator()(const PetitionConfirmed&) {
    expect(PetitionState::kDraft);
    petition_.state = PetitionState::kCollectingSponsors;
  }

  void operator()(const PetitionSponsored& event) { petition_.sponsors = event.sponsors; }

  void operator()(const PetitionSubmitted&) {
    expect(PetitionState::kCollectingSponsors);
    moderate();
  }

  void operator()(const PetitionModerationDelayed&) {
    expect(PetitionState::kModeration);
    petition_.is_moderation_late = true;
  }

  void operator()(const PetitionOpened& event) {
    expect(PetitionState::kModeration);
    petition_.state = PetitionState::kOpen;
    petition_.opened_at_ms = at_ms_;
    petition_.closes_ms = event.closes_ms;
    petition_.retention_from_answer = event.retention_from == "answer";
    petition_.hiding_by.clear();
  }

  void operator()(const PetitionRejected& event) {
    expect(PetitionState::kModeration);
    petition_.rejected_by = event.by;
    petition_.rejection_code = event.code;
    petition_.hiding_by.clear();
    end(PetitionState::kRejected);
  }

  void operator()(const PetitionAppealed&) {
    expect(PetitionState::kRejected);
    petition_.has_appealed = true;
    petition_.ended_at_ms = 0;
    moderate();
  }

  void operator()(const PetitionHidingProposed& event) {
    petition_.hiding_by = event.by;
    petition_.hiding_reason = event.reason;
  }

  void operator()(const PetitionHidden&) {
    GLASS_CHECK(!petition_.hiding_by.empty());
    end(PetitionState::kHidden);
  }

  void operator()(const PetitionPaused& event) {
    expect(PetitionState::kOpen);
    petition_.state = PetitionState::kPaused;
    petition_.paused_at_ms = at_ms_;
    petition_.paused_until_ms = event.until_ms;
  }

  void operator()(const PetitionResumed&) {
    expect(PetitionState::kPaused);
    petition_.state = PetitionState::kOpen;
    petition_.closes_ms += at_ms_ - petition_.paused_at_ms;
  }

  void operator()(const PetitionClosed& event) {
    petition_.is_withdrawn = event.cause == "withdrawn";
    end(PetitionState::kClosed);
  }

  void operator()(const PetitionCounted& event) {
    petition_.hour_ms = event.hour_ms;
    petition_.leaves = event.size;
    petition_.root = event.root;
    petition_.totals = event.totals;
    petition_.countries = event.countries;
  }

  void operator()(const PetitionPaperCounted& event) {
    petition_.paper_batches.push_back({.batch = event.batch,
                                       .country = event.country,
                                       .counted_by = event.by,
                                       .number = event.number,
                                       .is_confirmed = false});
  }

  void operator()(const PetitionPaperConfirmed& event) {
    named(petition_.paper_batches, &PetitionPaperBatch::batch, event.batch).is_confirmed = true;
    petition_.paper += event.number;
  }

  void operator()(const PetitionPaperDropped& event) {
    std::erase_if(petition_.paper_batches,
                  [&](const PetitionPaperBatch& one) { return one.batch == event.batch; });
  }

  void operator()(const PetitionInvalidationProposed& event) {
    PetitionInvalidation& one = petition_.invalidations.emplace_back();
    one.invalidation = event.invalidation;
    one.rule = event.rule;
    one.reason = event.reason;
    one.proposed_by = event.by;
    one.number = event.number;
    one.pending = event.pending;
  }

  void operator()(const PetitionInvalidated& event) {
    PetitionInvalidation& one = invalidation(event.invalidation);
    one.number = event.number;
    one.pending = event.pending;
    one.is_done = true;
    petition_.invalidated += event.number;
  }

  void operator()(const PetitionInvalidationUndone& event) {
    invalidation(event.invalidation).undone += event.number;
    petition_.invalidated -= event.number;
  }

  void operator()(const PetitionThresholdReached& event) {
    PetitionClock& clock = petition_.clocks.emplace_back();
    clock.threshold = event.threshold;
    clock.body = event.body;
    clock.due_ms = event.due_ms;
  }

  void operator()(const PetitionAnswered& event) {
    named(petition_.clocks, &PetitionClock::threshold, event.threshold).answered_at_ms = at_ms_;
  }

  void operator()(const PetitionOverdue& event) {
    named(petition_.clocks, &PetitionClock::threshold, event.threshold).is_overdue = true;
  }

  void operator()(const PetitionSecretDestroyed& event) {
    (event.secret == "key" ? petition_.has_key : petition_.has_salts) = false;
  }

  void operator()(const PetitionArchived&) {
    expect(PetitionState::kClosed);
    petition_.state = PetitionState::kArchived;
  }

 private:
  void expect(PetitionState state) const { GLASS_CHECK(petition_.state == state); }

  void moderate() {
    petition_.state = PetitionState::kModeration;
    petition_.moderation_since_ms = at_ms_;
    petition_.is_moderation_late = false;
  }

  void end(PetitionState state) {
    petition_.state = state;
    petition_.ended_at_ms = at_ms_;
  }

  PetitionInvalidation& invalidation(std::string_view id) {
    return named(petition_.invalidations, &PetitionInvalidation::invalidation, id);
  }

  Petition& petition_;
  int64_t at_ms_;
};

}  // namespace

std::string_view to_text(PetitionState state) {
  return kPetitionStates[static_cast<size_t>(state)];
}

int64_t signature_count(const Petition& petition) {
  return petition.totals.validated - petition.totals.withdrawn - petition.invalidated +
         petition.paper;
}

PetitionState public_state(const Petition& petition) {
  const bool may_show_clocks =
      petition.state == PetitionState::kOpen || petition.state == PetitionState::kClosed;
  if (!may_show_clocks || petition.clocks.empty()) return petition.state;
  bool all_answered = true;
  for (const PetitionClock& clock : petition.clocks) {
    if (clock.is_answered()) continue;
    if (clock.is_overdue) return PetitionState::kOverdue;
    all_answered = false;
  }
  if (!all_answered) return PetitionState::kThresholdReached;
  return petition.state == PetitionState::kClosed ? PetitionState::kAnswered : petition.state;
}

bool has_ended(const Petition& petition) {
  return petition.state == PetitionState::kRejected || petition.state == PetitionState::kHidden ||
         petition.state == PetitionState::kClosed || petition.state == PetitionState::kArchived;
}

void evolve(Petition& petition, const PetitionEvent& event, int64_t at_ms) {
  GLASS_CHECK(at_ms >= petition.changed_at_ms);
  GLASS_CHECK(petition.id.empty() || petition_of(event) == petition.id);
  std::visit(Evolving(petition, at_ms), event);
  petition.changed_at_ms = at_ms;
}

}  // namespace glass::institution
