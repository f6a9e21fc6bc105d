#include "glass/institution/acts/state.h"

#include <set>
#include <string>
#include <utility>
#include <variant>

#include "glass/base/check.h"
#include "glass/base/overloaded.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/objections/objection_book.h"
#include "glass/institution/objections/objection_events.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/review/review.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
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

void evolve_runs(State& state, const RunEvent& event, const ActContext& context) {
  RunContext run_context{
      .seat = context.seat, .act_digest = context.digest, .at_ms = context.at_ms, .notice_days = 0};
  std::visit(
      [&](const auto& one) {
        const GovernedRun* run = state.runs.find(one.run);
        if (run != nullptr && run->level != 0)
          run_context.notice_days = state.charter->level(run->level).notice_days;
        evolve(state.runs, event, run_context);
        state.touched_runs.push_back(one.run);
      },
      event);
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
}

}  // namespace

void evolve(State& state, const Event& event, const ActContext& context) {
  state.at_ms = context.at_ms;
  std::visit(Overloaded{[&](const CharterEvent& one) { evolve_charter(state, one, context); },
                        [&](const SeatEvent& one) { evolve(*state.seats, one); },
                        [&](const VoteEvent& one) { evolve_votes(state, one, context); },
                        [&](const ProposalEvent& one) { evolve_proposals(state, one, context); },
                        [&](const RunEvent& one) { evolve_runs(state, one, context); },
                        [&](const ObjectionEvent& one) { evolve_objections(state, one, context); },
                        [&](const ReviewEvent& one) { evolve_reviews(state, one, context); },
                        [&](const PetitionEvent& one) { evolve_petitions(state, one, context); }},
             event);
}

}  // namespace glass::institution
