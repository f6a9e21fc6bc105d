// decide(): whether an event may happen to a petition now, and what follows from it at once.
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/result.h"
#include "glass/institution/petitions/country.h"
#include "glass/institution/petitions/internal/counting.h"
#include "glass/institution/petitions/internal/refusal.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {
namespace {

constexpr int64_t kClosingToleranceMs = int64_t{48} * 3600 * 1000;
constexpr int64_t kMostPauseMs = int64_t{366} * 24 * 3600 * 1000;

using petitions::expect_commitment;
using petitions::expect_id;
using petitions::expect_seat;
using petitions::expect_word;
using petitions::kMostSignatures;
using petitions::moment;
using petitions::refused;

// Whether each event may happen.
class Deciding {
  using enum PetitionState;

 public:
  Deciding(const Petition& petition, const PetitionRules& rules, int64_t at_ms)
      : petition_(petition), rules_(rules), at_ms_(at_ms) {}

  Status operator()(const PetitionDrafted& event) const {
    if (petition_.state != kNone) return refused("there is a petition of this id; draw another id");
    GLASS_TRY_STATUS(expect_id("petition", event.petition));
    GLASS_TRY_STATUS(expect_commitment("text", event.text));
    return expect_commitment("creator", event.creator);
  }

  Status operator()(const PetitionConfirmed&) const { return expect_state({kDraft}); }

  Status operator()(const PetitionSponsored& event) const {
    GLASS_TRY_STATUS(expect_state({kCollectingSponsors, kModeration}));
    if (event.sponsors != petition_.sponsors + 1)
      return refused(fmt::format("it has {} sponsors, and the next one makes {}, not {}",
                                 petition_.sponsors, petition_.sponsors + 1, event.sponsors));
    if (event.sponsors > rules_.sponsors_most)
      return refused(
          fmt::format("it has {} sponsors, which is all it may have; sign it when it "
                      "is open",
                      petition_.sponsors));
    return {};
  }

  Status operator()(const PetitionSubmitted&) const { return expect_follows(); }

  Status operator()(const PetitionModerationDelayed&) const {
    GLASS_TRY_STATUS(expect_state({kModeration}));
    if (petition_.is_moderation_late) return refused("that its moderation is late was told before");
    return expect_time(petition_.moderation_since_ms + rules_.moderation_ms, "moderation is late");
  }

  Status operator()(const PetitionOpened& event) const {
    GLASS_TRY_STATUS(expect_moderator(event.by));
    GLASS_TRY_STATUS(expect_word("retention_from", kRetentionStarts, event.retention_from));
    const int64_t earliest_ms = at_ms_ + rules_.open_ms;
    if (event.closes_ms < earliest_ms || event.closes_ms > earliest_ms + kClosingToleranceMs)
      return refused(
          fmt::format("it would close at {}; name a time from {} on, at most two days "
                      "later",
                      moment(event.closes_ms), moment(earliest_ms)));
    return {};
  }

  Status operator()(const PetitionRejected& event) const {
    GLASS_TRY_STATUS(expect_moderator(event.by));
    GLASS_TRY_STATUS(expect_word("code", kRejectionCodes, event.code));
    return expect_commitment("reasons", event.reasons);
  }

  Status operator()(const PetitionAppealed& event) const {
    GLASS_TRY_STATUS(expect_state({kRejected}));
    if (petition_.has_appealed)
      return refused("its rejection was decided on twice, by two moderators; draft another one");
    const int64_t until_ms = petition_.ended_at_ms + rules_.appeal_ms;
    if (at_ms_ >= until_ms)
      return refused(fmt::format("its rejection could be appealed until {}; draft another one",
                                 moment(until_ms)));
    return expect_commitment("reasons", event.reasons);
  }

  Status operator()(const PetitionHidingProposed& event) const {
    GLASS_TRY_STATUS(expect_state({kModeration, kOpen, kPaused}));
    GLASS_TRY_STATUS(expect_seat(event.by));
    GLASS_TRY_STATUS(expect_word("reason", kHidingReasons, event.reason));
    return expect_commitment("reasons", event.reasons);
  }

  Status operator()(const PetitionHidden& event) const {
    GLASS_TRY_STATUS(expect_state({kModeration, kOpen, kPaused}));
    if (petition_.hiding_by.empty())
      return refused("nobody has proposed to hide it; propose it, and let a second person agree");
    return expect_other(event.by, petition_.hiding_by, "proposed to hide it");
  }

  Status operator()(const PetitionPaused& event) const {
    GLASS_TRY_STATUS(expect_state({kOpen}));
    GLASS_TRY_STATUS(expect_seat(event.by));
    GLASS_TRY_STATUS(expect_word("reason", kPauseReasons, event.reason));
    if (event.until_ms <= at_ms_ || event.until_ms > at_ms_ + kMostPauseMs)
      return refused("a pause ends after now, and within a year; name such an end");
    return {};
  }

  Status operator()(const PetitionResumed& event) const {
    GLASS_TRY_STATUS(expect_state({kPaused}));
    if (!event.by.empty()) return {};
    return expect_time(petition_.paused_until_ms, "the pause is over");
  }

  Status operator()(const PetitionClosed& event) const {
    GLASS_TRY_STATUS(expect_word("cause", kCloseCauses, event.cause));
    if (event.cause == "withdrawn")
      return expect_state({kDraft, kCollectingSponsors, kModeration, kOpen, kPaused});
    GLASS_TRY_STATUS(expect_state({kOpen}));
    return expect_time(petition_.closes_ms, "it is closed");
  }

  Status operator()(const PetitionCounted& event) const {
    GLASS_TRY_STATUS(expect_countable());
    return petitions::expect_count(petition_, rules_, event, at_ms_);
  }

  Status operator()(const PetitionPaperCounted& event) const {
    GLASS_TRY_STATUS(expect_countable());
    GLASS_TRY_STATUS(expect_id("batch", event.batch));
    GLASS_TRY_STATUS(expect_seat(event.by));
    GLASS_TRY_STATUS(expect_word("country", kCountries, event.country));
    if (find(event.batch) != nullptr)
      return refused("there is a batch of this id; draw another id");
    if (event.number < rules_.small_count || event.number > kMostSignatures)
      return refused(
          fmt::format("a batch has at least {} signatures, so that it tells nothing "
                      "about a few people; keep smaller ones until there are as many",
                      rules_.small_count));
    return {};
  }

  Status operator()(const PetitionPaperConfirmed& event) const {
    GLASS_TRY_STATUS(expect_countable());
    GLASS_TRY(const PetitionPaperBatch* batch, unconfirmed(event.batch));
    GLASS_TRY_STATUS(expect_other(event.by, batch->counted_by, "counted the batch"));
    if (event.number != batch->number)
      return refused(
          fmt::format("the batch was counted as {} and then as {}; drop it, and let it "
                      "be counted again",
                      batch->number, event.number));
    return {};
  }

  Status operator()(const PetitionPaperDropped& event) const {
    GLASS_TRY_STATUS(expect_seat(event.by));
    return unconfirmed(event.batch).map([](const PetitionPaperBatch*) {});
  }

  Status operator()(const PetitionInvalidationProposed& event) const {
    GLASS_TRY_STATUS(expect_countable());
    GLASS_TRY_STATUS(expect_id("invalidation", event.invalidation));
    GLASS_TRY_STATUS(expect_seat(event.by));
    GLASS_TRY_STATUS(expect_word("rule", kInvalidationRules, event.rule));
    GLASS_TRY_STATUS(expect_word("reason", kInvalidationReasons, event.reason));
    GLASS_TRY_STATUS(expect_commitment("reasons", event.reasons));
    if (std::ranges::find(petition_.invalidations, event.invalidation,
                          &PetitionInvalidation::invalidation) != petition_.invalidations.end())
      return refused("there is an invalidation of this id; draw another id");
    return expect_numbers(event.number, event.pending);
  }

  Status operator()(const PetitionInvalidated& event) const {
    GLASS_TRY_STATUS(expect_countable());
    GLASS_TRY(const PetitionInvalidation* one, invalidation(event.invalidation));
    if (one->is_done) return refused("this invalidation is done; propose another one");
    GLASS_TRY_STATUS(expect_other(event.by, one->proposed_by, "proposed the invalidation"));
    if (event.number > one->number || event.pending > one->pending)
      return refused(
          fmt::format("{} and {} signatures are more than the {} and {} that were "
                      "proposed; propose it anew",
                      event.number, event.pending, one->number, one->pending));
    return expect_numbers(event.number, event.pending);
  }

  Status operator()(const PetitionInvalidationUndone& event) const {
    GLASS_TRY_STATUS(expect_countable());
    GLASS_TRY(const PetitionInvalidation* one, invalidation(event.invalidation));
    GLASS_TRY_STATUS(expect_seat(event.by));
    GLASS_TRY_STATUS(expect_commitment("reasons", event.reasons));
    if (!one->is_done) return refused("this invalidation is not done, so there is nothing to undo");
    if (event.number < 1 || event.number > one->number - one->undone)
      return refused(fmt::format("{} signatures cannot count again; this invalidation holds {}",
                                 event.number, one->number - one->undone));
    return {};
  }

  Status operator()(const PetitionThresholdReached&) const { return expect_follows(); }

  Status operator()(const PetitionAnswered& event) const {
    GLASS_TRY(const PetitionClock* clock, running(event.threshold));
    if (clock->body != event.body)
      return refused(fmt::format("it is {} that has to answer, not {}", clock->body, event.body));
    return expect_commitment("answer", event.answer);
  }

  Status operator()(const PetitionOverdue& event) const {
    GLASS_TRY(const PetitionClock* clock, running(event.threshold));
    if (clock->is_overdue) return refused("that the answer is overdue was told before");
    return expect_time(clock->due_ms, "the answer is overdue");
  }

  Status operator()(const PetitionSecretDestroyed& event) const {
    GLASS_TRY_STATUS(expect_word("secret", kPetitionSecrets, event.secret));
    if (!has_ended(petition_)) return refused("it has not ended; its key and salts are in use");
    const bool is_key = event.secret == "key";
    if (!(is_key ? petition_.has_key : petition_.has_salts))
      return refused(fmt::format("its {} was destroyed before", event.secret));
    const PetitionDuty duty = is_key ? PetitionDuty::kDestroyKey : PetitionDuty::kDestroySalts;
    return expect_due(duty, is_key ? "its key may be destroyed" : "its salts may be destroyed");
  }

  Status operator()(const PetitionArchived&) const {
    GLASS_TRY_STATUS(expect_state({kClosed}));
    if (petition_.has_key || petition_.has_salts)
      return refused("its key and its salts have to be destroyed before it is archived");
    if (!std::ranges::all_of(petition_.clocks, &PetitionClock::is_answered))
      return refused("a body has not answered yet; it is archived after the answer");
    return {};
  }

 private:
  [[nodiscard]] Status expect_state(std::initializer_list<PetitionState> states) const {
    if (std::ranges::find(states, petition_.state) != states.end()) return {};
    std::vector<std::string_view> words;
    for (const PetitionState state : states) words.push_back(to_text(state));
    return refused(fmt::format("it is {}; that happens only to one that is {}",
                               to_text(petition_.state), fmt::join(words, " or ")));
  }

  [[nodiscard]] static Status expect_follows() {
    return refused("that follows by itself from what was counted; nobody declares it");
  }

  // Signatures may change, or be counted.
  [[nodiscard]] Status expect_countable() const {
    GLASS_TRY_STATUS(expect_state({kOpen, kPaused, kClosed}));
    if (petition_.opened_at_ms == 0) return refused("it was never open, so nobody has signed it");
    if (!petition_.has_salts)
      return refused("its signatures are anonymised; nothing about them changes any more");
    return {};
  }

  [[nodiscard]] Status expect_time(int64_t from_ms, std::string_view what) const {
    if (at_ms_ >= from_ms) return {};
    return refused(fmt::format("{} from {} on, not before", what, moment(from_ms)));
  }

  [[nodiscard]] Status expect_due(PetitionDuty duty, std::string_view what) const {
    for (const PetitionDeadline& one : deadlines(petition_, rules_)) {
      if (one.duty == duty) return expect_time(one.at_ms, what);
    }
    return refused("its key has to be destroyed before its salts");
  }

  [[nodiscard]] Status expect_moderator(std::string_view by) const {
    GLASS_TRY_STATUS(expect_state({kModeration}));
    GLASS_TRY_STATUS(expect_seat(by));
    if (petition_.has_appealed && by == petition_.rejected_by)
      return refused(
          fmt::format("{} has rejected it; after an appeal another moderator decides", by));
    return {};
  }

  [[nodiscard]] static Status expect_other(std::string_view by, std::string_view first,
                                           std::string_view what) {
    GLASS_TRY_STATUS(expect_seat(by));
    if (by != first) return {};
    return refused(fmt::format("{} has {}; a second person has to agree", by, what));
  }

  [[nodiscard]] Status expect_numbers(int64_t number, int64_t pending) const {
    const int64_t standing =
        petition_.totals.validated - petition_.totals.withdrawn - petition_.invalidated;
    if (number < 0 || pending < 0 || pending > kMostSignatures)
      return refused("a number of signatures is not negative, and fits a count");
    if (number > standing)
      return refused(
          fmt::format("it would invalidate {} signatures, and {} count; wait for the "
                      "count of this hour, or preview it again",
                      number, standing));
    if (number + pending < 1) return refused("an invalidation is about at least one signature");
    return {};
  }

  [[nodiscard]] const PetitionPaperBatch* find(std::string_view batch) const {
    const auto found =
        std::ranges::find(petition_.paper_batches, batch, &PetitionPaperBatch::batch);
    return found == petition_.paper_batches.end() ? nullptr : &*found;
  }

  [[nodiscard]] Result<const PetitionPaperBatch*> unconfirmed(std::string_view batch) const {
    const PetitionPaperBatch* found = find(batch);
    if (found == nullptr) return refused(fmt::format("there is no batch {}", batch));
    if (found->is_confirmed) return refused("two people have counted this batch; it stands");
    return found;
  }

  [[nodiscard]] Result<const PetitionInvalidation*> invalidation(std::string_view id) const {
    const auto found =
        std::ranges::find(petition_.invalidations, id, &PetitionInvalidation::invalidation);
    if (found == petition_.invalidations.end())
      return refused(fmt::format("nobody has proposed the invalidation {}", id));
    return &*found;
  }

  // A clock that nobody has answered, whether it is overdue or not.
  [[nodiscard]] Result<const PetitionClock*> running(std::string_view threshold) const {
    const auto found = std::ranges::find(petition_.clocks, threshold, &PetitionClock::threshold);
    if (found == petition_.clocks.end())
      return refused(fmt::format("it has not reached the threshold '{}'", threshold));
    if (found->is_answered())
      return refused(fmt::format("the threshold '{}' was answered before", threshold));
    return &*found;
  }

  const Petition& petition_;
  const PetitionRules& rules_;
  int64_t at_ms_;
};

}  // namespace

Status expect_possible(const Petition& petition, const PetitionRules& rules,
                       const PetitionEvent& wanted, int64_t at_ms) {
  const auto may = [&]() -> Status {
    if (at_ms < petition.changed_at_ms)
      return refused(fmt::format("its last event was at {}, which is later than {}",
                                 moment(petition.changed_at_ms), moment(at_ms)));
    if (petition.state != PetitionState::kNone && petition_of(wanted) != petition.id)
      return refused("it is another petition");
    return std::visit(Deciding(petition, rules, at_ms), wanted);
  }();
  if (may) return {};
  return in_context(fmt::format("petition {}, {}", petition_of(wanted), kind_of(wanted)),
                    may.error());
}

std::vector<PetitionEvent> follows(const Petition& petition, const PetitionRules& rules,
                                   int64_t at_ms) {
  std::vector<PetitionEvent> events;
  if (petition.state == PetitionState::kCollectingSponsors &&
      petition.sponsors >= rules.sponsors_least)
    events.emplace_back(PetitionSubmitted{.petition = petition.id});
  for (PetitionThresholdReached& reached : petitions::newly_reached(petition, rules, at_ms))
    events.emplace_back(std::move(reached));
  return events;
}

Result<std::vector<PetitionEvent>> decide(const Petition& petition, const PetitionRules& rules,
                                          const PetitionEvent& wanted, int64_t at_ms) {
  GLASS_TRY_STATUS(expect_possible(petition, rules, wanted, at_ms));
  std::vector<PetitionEvent> events = {wanted};
  Petition next = petition;
  evolve(next, wanted, at_ms);
  for (PetitionEvent& event : follows(next, rules, at_ms)) events.push_back(std::move(event));
  return events;
}

}  // namespace glass::institution
