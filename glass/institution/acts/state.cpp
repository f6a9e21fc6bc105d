#include "glass/institution/acts/state.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "glass/base/check.h"
#include "glass/base/overloaded.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/internal/ledger_acts.h"
#include "glass/institution/acts/run_facts.h"
#include "glass/institution/allocation/ledger.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/objections/objection_book.h"
#include "glass/institution/objections/objection_events.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/review/review.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/runs/border_book.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/incident_book.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/institution/votes/ballot_box.h"
#include "glass/institution/votes/vote_events.h"

namespace glass::institution {
namespace {

Charter charter_of(const CharterSettings& settings) {
  return Charter::from_settings(settings, act_names()).value();
}

void evolve_charter(State& state, const CharterEvent& event, const ActContext& context) {
  std::visit(Overloaded{[&](const FacilityFounded& one) {
                          state.facility = state.charter_act = context.digest;
                          state.charter = charter_of(one.charter);
                          state.seats = SeatBook(*state.charter);
                          for (const SeatBound& seat : one.seats) evolve(*state.seats, seat);
                        },
                        [&](const CharterProposed& one) {
                          state.proposed_charters.emplace(context.digest, one.charter);
                        },
                        [&](const CharterAmended& one) {
                          state.charter_act = one.content;
                          state.charter = charter_of(state.proposed_charters.at(one.content));
                          state.proposed_charters.erase(one.content);
                          state.seats->take(*state.charter);
                          state.petitions.take(state.charter->petitions());
                        }},
             event);
}

void evolve_votes(State& state, const VoteEvent& event, const ActContext& context) {
  std::visit(Overloaded{[&](const VoteOpened& one) {
                          open_vote(state.votes, *state.charter, one, context.at_ms);
                        },
                        [&](const VoteCast& one) {
                          const std::string& body = state.votes.open(one.vote)->terms.body;
                          cast(state.votes, one, *state.charter->voter_of(context.seat, body));
                          state.touched_votes.push_back(one.vote);
                        },
                        [&](const VoteClosed& one) {
                          close(state.votes, one, context.at_ms);
                          state.closed_votes.push_back(one.vote);
                        }},
             event);
}

void evolve_proposals(State& state, const ProposalEvent& event, const ActContext& context) {
  evolve(state.proposals, *state.charter, event, context);
  const auto* checked = std::get_if<ProposalChecked>(&event);
  if (checked != nullptr) state.touched_proposals.push_back(checked->proposal);
}

// How long the public, or a body, has to know before what the event leads to.
int64_t notice_days(const State& state, const RunEvent& event, const GovernedRun& run) {
  const Charter& charter = *state.charter;
  const auto release_days = [&](int64_t level) {
    const ReleasePath& path = charter.release_path(level);
    return std::max(path.notice_days, path.consultation_days) + path.access_days_min;
  };
  return std::visit(
      Overloaded{[&](const RunLevelled& one) {
                   return run.state == RunState::kAsked
                              ? release_days(one.level)
                              : charter.level(one.level).start_notice_days;
                 },
                 [&](const ReleaseRequested&) { return release_days(run.level); },
                 [&](const LoweringAsked&) { return charter.level(run.level).objection_days; },
                 [](const auto&) -> int64_t { return 0; }},
      event);
}

// Whether more is known by the event of what a level follows from.
bool changes_facts(const RunEvent& event, const GovernedRun& run) {
  return std::holds_alternative<RunRegistered>(event) || std::holds_alternative<RunRaised>(event) ||
         std::holds_alternative<EvaluationRecorded>(event) || run.teraflops > run.terms.teraflops;
}

// Runs that go on from this one, whose level may follow its.
void change_runs_on(State& state, std::string_view base) {
  for (const auto& [id, run] : state.runs.all()) {
    if (run.terms.base == base) state.changed_runs.push_back(id);
  }
}

void evolve_runs(State& state, const RunEvent& event, const ActContext& context) {
  const std::string& id =
      std::visit([](const auto& one) -> const std::string& { return one.run; }, event);
  RunContext run_context{.seat = context.seat,
                         .act_digest = context.digest,
                         .at_ms = context.at_ms,
                         .notice_days = 0,
                         .schedule = {},
                         .other_compute = 0,
                         .set_aside = {}};
  if (const GovernedRun* run = state.runs.find(id)) {
    run_context.notice_days = notice_days(state, event, *run);
    run_context.schedule = state.charter->evaluation_schedule(std::max<int64_t>(run->level, 1));
    if (run_context.schedule) run_context.other_compute = other_compute(state, *run);
    if (std::holds_alternative<RunLowered>(event))
      run_context.set_aside = set_aside_by_lowering(state, *run).value();
  }
  evolve(state.runs, event, run_context);
  if (changes_facts(event, *state.runs.find(id))) state.changed_runs.push_back(id);
  if (std::holds_alternative<RunLevelled>(event)) change_runs_on(state, id);
  state.touched_runs.push_back(id);
}

void evolve_borders(State& state, const BorderEvent& event, const ActContext& context) {
  evolve(state.borders, event, context.digest);
  if (!std::holds_alternative<BordersSet>(event)) return;
  for (const auto& [id, run] : state.runs.all()) {
    if (run.evaluated) state.changed_runs.push_back(id);
  }
}

// Runs whose release or lowering may have waited for it.
void touch_waiting_runs(State& state) {
  for (const auto& [id, run] : state.runs.all()) {
    const std::string_view matter = matter_waited_for(run);
    if (matter == "release" || matter == "lowering") state.touched_runs.push_back(id);
  }
}

void evolve_reviews(State& state, const ReviewEvent& event, const ActContext& context) {
  evolve(state.reviews, event, context.at_ms);
  std::visit([&](const auto& one) { state.touched_proposals.push_back(one.proposal); }, event);
}

void evolve_petitions(State& state, const PetitionEvent& event, const ActContext& context) {
  evolve(state.petitions, state.charter->petitions(), event, context.at_ms);
  state.touched_petitions.push_back(petition_of(event));
}

void evolve_objections(State& state, const ObjectionEvent& event, const ActContext& context) {
  evolve(state.objections, event, context.seat, context.digest,
         state.charter->settings().proposals.objection_days, context.at_ms);
  touch_waiting_runs(state);
}

void evolve_incidents(State& state, const IncidentEvent& event, const ActContext& context) {
  evolve(state.incidents, event, context.at_ms);
  touch_waiting_runs(state);
}

void evolve_ledger(State& state, const LedgerEvent& event, const ActContext& context) {
  evolve(state.ledger, event, context.at_ms);
  if (const auto* opened = std::get_if<PeriodOpened>(&event))
    state.periods.push_back(opened->period);
}

}  // namespace

void evolve(State& state, const Event& event, const ActContext& context) {
  state.at_ms = context.at_ms;
  std::ranges::move(moved_by(state, event, context.at_ms), std::back_inserter(state.moves));
  std::visit(Overloaded{[&](const CharterEvent& one) { evolve_charter(state, one, context); },
                        [&](const SeatEvent& one) { evolve(*state.seats, one); },
                        [&](const VoteEvent& one) { evolve_votes(state, one, context); },
                        [&](const ProposalEvent& one) { evolve_proposals(state, one, context); },
                        [&](const RunEvent& one) { evolve_runs(state, one, context); },
                        [&](const ObjectionEvent& one) { evolve_objections(state, one, context); },
                        [&](const ReviewEvent& one) { evolve_reviews(state, one, context); },
                        [&](const PetitionEvent& one) { evolve_petitions(state, one, context); },
                        [&](const BorderEvent& one) { evolve_borders(state, one, context); },
                        [&](const LedgerEvent& one) { evolve_ledger(state, one, context); },
                        [&](const IncidentEvent& one) { evolve_incidents(state, one, context); }},
             event);
}

}  // namespace glass::institution
