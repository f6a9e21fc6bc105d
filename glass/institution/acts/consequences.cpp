#include "glass/institution/acts/consequences.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/days.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/run_facts.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/charter/matter.h"
#include "glass/institution/objections/objection_book.h"
#include "glass/institution/objections/objection_events.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/proposals/step.h"
#include "glass/institution/review/review.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/assessment.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/institution/votes/ballot_box.h"
#include "glass/institution/votes/vote_events.h"

namespace glass::institution {
namespace {

constexpr int64_t kWaiverMs = 366 * kDayMs;

std::optional<std::string> pop(std::vector<std::string>& queue) {
  if (queue.empty()) return std::nullopt;
  std::string last = std::move(queue.back());
  queue.pop_back();
  return last;
}

Event moved(std::string_view proposal, std::string_view outcome) {
  return ProposalEvent(ProposalMoved{.proposal = std::string(proposal),
                                     .step = std::string(to_text(Step::kVote)),
                                     .outcome = std::string(outcome)});
}

std::optional<Event> after_award(const State& state, const ClosedVote& vote) {
  const Proposal* proposal = state.proposals.find(vote.about);
  const bool waits = proposal != nullptr && proposal->state == ProposalState::kSubmitted &&
                     proposal->is_next(Step::kVote) && proposal->allocation == vote.content;
  if (!waits) return std::nullopt;
  if (vote.outcome != "adopted") return moved(vote.about, vote.outcome);
  if (!is_adopted_by_all(state, "award", vote.content, proposal->level, proposal->minutes))
    return std::nullopt;
  return moved(vote.about, vote.outcome);
}

// The body adopts what the appeal asks for: the first decision is turned around.
std::optional<Event> after_appeal(const State& state, const ClosedVote& vote) {
  const Objection* objection = state.objections.find(vote.about);
  if (objection == nullptr || objection->state != ObjectionState::kAppealed ||
      objection->content != vote.content)
    return std::nullopt;
  return ObjectionEvent(ObjectionSettled{
      .objection = vote.about, .outcome = vote.outcome == "adopted" ? "overturned" : "stands"});
}

// Its level, if it is higher than it was by what is known now.
std::optional<Event> after_facts(const State& state, const std::string& id) {
  const GovernedRun* run = state.runs.find(id);
  const int64_t level = level_number(assessment_of(state, *run).level);
  if (level <= run->level) return std::nullopt;
  return RunEvent(RunLevelled{.run = id, .level = level});
}

std::optional<Event> halt(const State& state, const GovernedRun& run) {
  const std::string_view cause =
      run.cleared_level < run.level
          ? "level"
          : halt_cause(run, state.charter->level(run.level).overdue_percent);
  if (cause.empty()) return std::nullopt;
  return RunEvent(RunHalted{.run = run.terms.run, .cause = std::string(cause)});
}

// What a run comes to when everybody has agreed to what it waits for.
std::optional<Event> after_agreement(const State& state, const GovernedRun& run, int64_t at_ms) {
  const std::string& id = run.terms.run;
  const std::string_view matter = matter_waited_for(run);
  if (matter == "release") {
    if (!expect_may_publish(state, run, at_ms)) return std::nullopt;
    return RunEvent(ReleaseDecided{.run = id, .model = run.model});
  }
  if (matter == "lowering") {
    if (!expect_may_lower(state, run, false, at_ms)) return std::nullopt;
    return RunEvent(RunLowered{.run = id, .level = run.level - 1});
  }
  return RunEvent(RunCleared{.run = id, .level = run.level, .clearance = run.clearances + 1});
}

// What a run comes to by what has happened with it.
std::optional<Event> after_run(const State& state, const std::string& id, int64_t at_ms) {
  const GovernedRun* run = state.runs.find(id);
  if (run == nullptr) return std::nullopt;
  if (is_stop_due(state, *run)) return RunEvent(RunStopped{.run = id});
  if (run->state == RunState::kRunning) return halt(state, *run);
  const bool waits = !matter_waited_for(*run).empty() && run->notice_until_ms == 0;
  if (!waits || !is_agreed(state, *run)) return std::nullopt;
  return after_agreement(state, *run, at_ms);
}

std::optional<Event> after_vote(const State& state, const ClosedVote& vote, int64_t at_ms) {
  if (vote.matter == "award") return after_award(state, vote);
  if (vote.matter == "objection") return after_appeal(state, vote);
  if (vote.outcome != "adopted") return std::nullopt;
  if (std::ranges::find(kLevelMatters, vote.matter) != kLevelMatters.end())
    return after_run(state, vote.about, at_ms);
  if (vote.matter == "charter" && state.proposed_charters.contains(vote.content) &&
      is_adopted_by_all(state, "charter", vote.content, 1, 0))
    return CharterEvent(CharterAmended{.content = vote.content});
  if (vote.matter == "borders" && state.borders.proposed.contains(vote.content) &&
      is_adopted_by_all(state, "borders", vote.content, 1, 0))
    return BorderEvent(BordersSet{.content = vote.content});
  if (vote.matter == "arrears")
    return SeatEvent(ArrearsWaived{.member = vote.about, .until_ms = at_ms + kWaiverMs});
  return std::nullopt;
}

ReviewOpened review_terms(const State& state, const std::string& proposal) {
  const CharterSettings& charter = state.charter->settings();
  ReviewOpened opened{.proposal = proposal,
                      .least_reviews = charter.proposals.least_reviews,
                      .review_ms = charter.proposals.review_days * kDayMs,
                      .rebuttal_ms = charter.proposals.rebuttal_days * kDayMs,
                      .revision_ms = charter.proposals.revision_days * kDayMs,
                      .recommend_ms = charter.proposals.decision_days * kDayMs,
                      .criteria = {}};
  for (const CriterionSettings& one : charter.criteria)
    opened.criteria.push_back({.weight = one.weight, .most_points = one.most_points});
  return opened;
}

// Where a proposal goes by itself: into review, out of it, past a vote that nobody has to take.
std::optional<Event> after_proposal(const State& state, const std::string& id) {
  const Proposal* proposal = state.proposals.find(id);
  if (proposal == nullptr || proposal->state != ProposalState::kSubmitted) return std::nullopt;
  if (proposal->is_next(Step::kExpertReview)) {
    const Review* review = state.reviews.find(id);
    if (review == nullptr) return ReviewEvent(review_terms(state, id));
    if (review->stage != ReviewStage::kRecommended) return std::nullopt;
    return ProposalEvent(ProposalMoved{
        .proposal = id, .step = std::string(to_text(Step::kExpertReview)), .outcome = "reviewed"});
  }
  const bool needs_nobody =
      proposal->is_next(Step::kVote) &&
      state.charter->decisions("award", proposal->level, proposal->minutes).empty();
  if (!needs_nobody) return std::nullopt;
  return moved(id, "skipped");
}

// What was counted may complete sponsors or reach a threshold; what was done may end it.
std::optional<Event> after_petition(const State& state, const std::string& id, int64_t at_ms) {
  auto next = following(*state.petitions.find(id), state.charter->petitions(), at_ms);
  if (!next) return std::nullopt;
  return PetitionEvent(std::move(*next));
}

std::optional<Event> next(State& state, int64_t at_ms) {
  if (!state.moves.empty()) {
    Event move(std::move(state.moves.front()));
    state.moves.pop_front();
    return move;
  }
  while (const auto vote = pop(state.touched_votes)) {
    const OpenVote* open = state.votes.open(*vote);
    if (open != nullptr && is_complete(*open, *state.seats, at_ms))
      return VoteEvent(result_of(*open, *state.seats, at_ms));
  }
  while (const auto vote = pop(state.closed_votes)) {
    if (auto event = after_vote(state, *state.votes.closed(*vote), at_ms)) return event;
  }
  while (const auto run = pop(state.changed_runs)) {
    if (auto event = after_facts(state, *run)) return event;
  }
  while (const auto run = pop(state.touched_runs)) {
    if (auto event = after_run(state, *run, at_ms)) return event;
  }
  while (const auto proposal = pop(state.touched_proposals)) {
    if (auto event = after_proposal(state, *proposal)) return event;
  }
  while (const auto petition = pop(state.touched_petitions)) {
    if (auto event = after_petition(state, *petition, at_ms)) return event;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Event> follow(State& state, const ActContext& context) {
  std::vector<Event> events;
  while (auto event = next(state, context.at_ms)) {
    evolve(state, *event, context);
    events.push_back(std::move(*event));
  }
  return events;
}

}  // namespace glass::institution
