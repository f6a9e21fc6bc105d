#include "glass/institution/acts/decide.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/overloaded.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/authority.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/acts/consequences.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/internal/ledger_acts.h"
#include "glass/institution/acts/internal/petition_acts.h"
#include "glass/institution/acts/run_facts.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/acts/words.h"
#include "glass/institution/allocation/ledger_due.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/charter/matter.h"
#include "glass/institution/objections/objection_book.h"
#include "glass/institution/objections/objection_events.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/proposals/step.h"
#include "glass/institution/review/review.h"
#include "glass/institution/review/review_decide.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/runs/border_book.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/release_events.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/incident_book.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/institution/votes/ballot_box.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/institution/voting/vote.h"

namespace glass::institution {
namespace {

Status expect_foundable(const State& state, const SignedAct& act, int64_t at_ms) {
  const auto& founded = std::get<FacilityFounded>(std::get<CharterEvent>(act.act.event));
  if (state.is_founded()) return refused("the facility is founded already");
  if (!act.act.facility.empty() || !act.act.seat.empty() || act.act.number != 0)
    return refused("the founding act is done for no facility and no seat");
  GLASS_TRY(const Charter charter, Charter::from_settings(founded.charter, act_names()));
  GLASS_TRY_STATUS(expect_words(act.act.event, &charter));
  SeatBook seats(charter);
  for (const SeatBound& seat : founded.seats) {
    GLASS_TRY_STATUS(expect_possible(seats, charter, seat, at_ms));
    if (std::ranges::find(act.keys, seat.key) == act.keys.end())
      return refused(fmt::format("key {} is to hold seat {} and has not signed the founding act",
                                 seat.key, seat.seat));
    evolve(seats, seat);
  }
  if (founded.seats.size() != act.keys.size())
    return refused("the founding act is signed by the keys that get a seat, and by nobody else");
  return {};
}

// What a vote is on: its content as it stands now, and the level and minutes that choose the rule.
struct Matter {
  std::string content;
  int64_t level = 1, minutes = 0;
};

Result<Matter> matter_of_run(const State& state, const VoteOpened& vote) {
  const GovernedRun* run = state.runs.find(vote.about);
  const std::string_view waits_for = run == nullptr ? "" : matter_waited_for(*run);
  if (waits_for != vote.matter)
    return refused(
        fmt::format("run {} does not wait for a vote on its {}", vote.about, vote.matter));
  return Matter{run->content, run->level, run->terms.minutes};
}

Result<Matter> matter_of(const State& state, const VoteOpened& vote) {
  if (vote.matter == "award") {
    const Proposal* proposal = state.proposals.find(vote.about);
    if (proposal == nullptr || !proposal->is_next(Step::kVote))
      return refused(fmt::format("proposal {} does not wait for a vote", vote.about));
    return Matter{proposal->allocation, proposal->level, proposal->minutes};
  }
  if (vote.matter == "charter") {
    if (!state.proposed_charters.contains(vote.content))
      return refused(fmt::format("there is no proposed charter {}", vote.content));
    return Matter{.content = vote.content};
  }
  if (vote.matter == "arrears") {
    if (!state.seats->is_barred(vote.about, state.at_ms))
      return refused(fmt::format("member {} may vote; there is nothing to waive", vote.about));
    return Matter{.content = state.charter_act};
  }
  if (std::ranges::find(kLevelMatters, vote.matter) != kLevelMatters.end())
    return matter_of_run(state, vote);
  if (vote.matter == "borders") {
    if (!state.borders.proposed.contains(vote.content))
      return refused(fmt::format("there are no proposed borders {}", vote.content));
    return Matter{.content = vote.content};
  }
  if (vote.matter == "objection") {
    const Objection* objection = state.objections.find(vote.about);
    if (objection == nullptr || objection->state != ObjectionState::kAppealed)
      return refused(fmt::format("objection {} is under no appeal", vote.about));
    return Matter{.content = objection->content};
  }
  if (vote.matter == "petition") GLASS_TRY_STATUS(expect_on_agenda(state, vote));
  return Matter{.content = vote.content};
}

// Nationals of the applicant's country do not decide on lowering, where the level says so.
Status expect_recusals(const State& state, const VoteOpened& vote) {
  if (vote.matter != "lowering") return {};
  const GovernedRun& run = *state.runs.find(vote.about);
  if (!state.charter->level(run.level).recuse_nationals) return {};
  const Seat* applicant = state.seats->find(state.proposals.find(run.terms.proposal)->applicant);
  if (applicant == nullptr || applicant->member.empty()) return {};
  for (const Voter& voter : state.charter->electorate(vote.body)) {
    const bool is_recused =
        std::ranges::find(vote.recused, voter.id, &RecusalRecord::voter) != vote.recused.end();
    if (voter.group == applicant->member && !is_recused)
      return refused(fmt::format("{} is of the applicant's country, {}, and has to be recused",
                                 voter.id, applicant->member));
  }
  return {};
}

Status expect_openable(const State& state, const VoteOpened& vote) {
  GLASS_TRY(const Matter matter, matter_of(state, vote));
  if (matter.content != vote.content)
    return refused(fmt::format("the vote is on {}, and what there is to decide is {}", vote.content,
                               matter.content));
  GLASS_TRY_STATUS(expect_recusals(state, vote));
  return expect_possible(state.votes, *state.charter, vote, matter.level, matter.minutes);
}

// No run on data that an objection excludes.
Status expect_usable(const State& state, const std::vector<std::string>& data) {
  for (const std::string& manifest : data) {
    if (const auto objection = state.objections.excluding_data(manifest))
      return refused(
          fmt::format("data {} may not be used: objection {} excludes documents of it; make "
                      "the data anew without them",
                      manifest, *objection));
  }
  return {};
}

// A run belongs to an active project, whose runs together keep within its award.
Status expect_registrable(const State& state, const RunRegistered& run, int64_t at_ms) {
  const Proposal* proposal = state.proposals.find(run.proposal);
  if (proposal == nullptr || proposal->state != ProposalState::kActive)
    return refused(fmt::format("there is no active project {}", run.proposal));
  GLASS_TRY_STATUS(expect_holdable(state, run, at_ms));
  if (is_id(run.base) && state.runs.find(run.base) == nullptr)
    return refused(fmt::format("there is no run {} to go on from", run.base));
  return expect_usable(state, run.data);
}

Status expect_run(const State& state, const RunEvent& event, const std::string& seat,
                  int64_t at_ms) {
  GLASS_TRY_STATUS(expect_possible(state.runs, event, seat));
  if (const auto* registered = std::get_if<RunRegistered>(&event))
    return expect_registrable(state, *registered, at_ms);
  if (const auto* started = std::get_if<RunStarted>(&event))
    return expect_usable(state, state.runs.find(started->run)->terms.data);
  if (const auto* asked = std::get_if<ReleaseRequested>(&event)) {
    const GovernedRun& run = *state.runs.find(asked->run);
    if (!state.charter->release_path(run.level).is_possible)
      return refused(
          fmt::format("run {} is at SL-{}, where nothing is published; its level would have to "
                      "be lowered first",
                      asked->run, run.level));
    return expect_usable(state, run.terms.data);
  }
  if (const auto* asked = std::get_if<LoweringAsked>(&event))
    return expect_may_lower(state, *state.runs.find(asked->run), true, at_ms);
  return {};
}

Status expect_objection(const State& state, const ObjectionEvent& event, const std::string& seat,
                        int64_t at_ms) {
  GLASS_TRY_STATUS(expect_possible(state.objections, event, at_ms));
  const auto* withdrawn = std::get_if<ObjectionWithdrawn>(&event);
  if (withdrawn == nullptr || state.objections.find(withdrawn->objection)->filed_by == seat)
    return {};
  return refused(fmt::format("objection {} was filed by another seat, which alone may withdraw it",
                             withdrawn->objection));
}

// Who sits in a slot stands in no journal; whoever assigns slots has looked at conflicts, and shows
// that to those who may open the commitments. Here each slot's holder is known by its commitment.
Status expect_review(const State& state, const ReviewEvent& event, const std::string& seat,
                     int64_t at_ms) {
  SlotSeats seats;
  std::visit(
      [&](const auto& one) {
        const Review* review = state.reviews.find(one.proposal);
        if (review != nullptr)
          for (const auto& [key, slot] : review->slots) seats.emplace(key, slot.seat_commitment);
      },
      event);
  if (const auto* assigned = std::get_if<SlotAssigned>(&event))
    seats.emplace(assigned->slot, assigned->seat_commitment);
  if (const auto* resolved = std::get_if<ConflictResolved>(&event)) {
    if (resolved->by_seat != seat)
      return refused(fmt::format("the act is done for seat {} and says that seat {} decided", seat,
                                 resolved->by_seat));
  }
  return decide(state.reviews, event, seats, at_ms).map([](const auto&) {});
}

// It says at which level its run stands; that of a run nobody knows here is SL-1.
Status expect_incident(const State& state, const IncidentEvent& event, int64_t at_ms) {
  if (const auto* opened = std::get_if<IncidentOpened>(&event)) {
    const GovernedRun* run = state.runs.find(opened->run);
    const Level level = run == nullptr ? Level::kSl1 : level_of_number(run->level);
    if (opened->level != level)
      return refused(fmt::format("run {} is at {}, and the incident says {}", opened->run,
                                 to_text(level), to_text(opened->level)));
  }
  return expect_possible(state.incidents, event, state.charter->settings().incident_clocks, at_ms);
}

Status expect_by_rules(const State& state, const Act& act, int64_t at_ms) {
  return std::visit(
      Overloaded{
          [&](const CharterEvent& event) -> Status {
            const auto* proposed = std::get_if<CharterProposed>(&event);
            if (proposed == nullptr) return refused("this follows by itself");
            GLASS_TRY(const Charter read, Charter::from_settings(proposed->charter, act_names()));
            static_cast<void>(read);
            return {};
          },
          [&](const SeatEvent& event) {
            return expect_possible(*state.seats, *state.charter, event, at_ms);
          },
          [&](const VoteEvent& event) -> Status {
            if (const auto* opened = std::get_if<VoteOpened>(&event))
              return expect_openable(state, *opened);
            return expect_possible(state.votes, *state.charter, std::get<VoteCast>(event),
                                   act.seat);
          },
          [&](const ProposalEvent& event) -> Status {
            GLASS_TRY_STATUS(expect_possible(state.proposals, event, at_ms));
            const auto* answer = std::get_if<ProposalAnswered>(&event);
            return answer == nullptr ? Status() : expect_grantable(state, *answer, at_ms);
          },
          [&](const RunEvent& event) { return expect_run(state, event, act.seat, at_ms); },
          [&](const ObjectionEvent& event) {
            return expect_objection(state, event, act.seat, at_ms);
          },
          [&](const ReviewEvent& event) { return expect_review(state, event, act.seat, at_ms); },
          [&](const PetitionEvent& event) {
            return expect_petition(state, event, act.seat, at_ms);
          },
          [&](const LedgerEvent& event) { return expect_ledger(state, event, at_ms); },
          [&](const BorderEvent& event) {
            return expect_possible(state.borders, std::get<BordersProposed>(event));
          },
          [&](const IncidentEvent& event) { return expect_incident(state, event, at_ms); }},
      act.event);
}

bool founds(const Event& event) {
  const auto* charter = std::get_if<CharterEvent>(&event);
  return charter != nullptr && std::holds_alternative<FacilityFounded>(*charter);
}

// The time only goes on.
Status expect_not_before(const State& state, int64_t at_ms) {
  if (at_ms >= state.at_ms) return {};
  return refused(
      fmt::format("it cannot be {} now: the last act was taken at {}; set the clock right",
                  time_text(at_ms), time_text(state.at_ms)));
}

}  // namespace

Status expect_possible(const State& state, const SignedAct& act, int64_t at_ms) {
  GLASS_TRY_STATUS(expect_not_before(state, at_ms));
  if (founds(act.act.event)) return expect_foundable(state, act, at_ms);
  if (!state.is_founded()) return refused("the facility is not founded yet");
  const auto due_ms = next_due_ms(state);
  if (due_ms && *due_ms <= at_ms)
    return refused(fmt::format("what was due at {} comes first", time_text(*due_ms)));
  GLASS_TRY_STATUS(expect_entitled(state, act, at_ms));
  GLASS_TRY_STATUS(expect_words(act.act.event, &*state.charter));
  return expect_by_rules(state, act.act, at_ms);
}

Result<std::vector<Event>> take(State& state, const SignedAct& act, int64_t at_ms) {
  GLASS_TRY_STATUS(expect_possible(state, act, at_ms));
  const ActContext context{.seat = act.act.seat, .digest = act.digest, .at_ms = at_ms};
  evolve(state, act.act.event, context);
  if (state.seats->find(act.act.seat) != nullptr)
    count_act(*state.seats, act.act.seat, act.act.number);
  return follow(state, context);
}

std::optional<int64_t> next_due_ms(const State& state) {
  std::optional<int64_t> first;
  const auto take_earlier = [&](std::optional<int64_t> due_ms) {
    if (due_ms && (!first || *due_ms < *first)) first = due_ms;
  };
  if (!state.is_founded()) return first;
  take_earlier(state.seats->next_due_ms());
  take_earlier(state.votes.next_due_ms());
  take_earlier(state.proposals.next_due_ms());
  take_earlier(state.runs.next_due_ms());
  take_earlier(state.objections.next_due_ms());
  take_earlier(state.incidents.next_due_ms());
  take_earlier(next_due_ms(state.ledger));
  take_earlier(next_due_ms(state.reviews));
  take_earlier(state.petitions.next_due_ms());
  return first;
}

Result<std::vector<Event>> tick(State& state, int64_t at_ms) {
  GLASS_TRY_STATUS(expect_not_before(state, at_ms));
  std::vector<Event> happened;
  const ActContext context{.seat = "", .digest = "", .at_ms = at_ms};
  const auto happen = [&](Event event) {
    evolve(state, event, context);
    happened.push_back(std::move(event));
    for (Event& next : follow(state, context)) happened.push_back(std::move(next));
  };
  // What closes a vote may keep a proposal from expiring, so votes go first; each round looks
  // again.
  while (true) {
    const auto due_ms = next_due_ms(state);
    if (!due_ms || *due_ms > at_ms) return happened;
    if (const auto votes = due(state.votes, *state.seats, *due_ms); !votes.empty())
      happen(VoteEvent(votes.front()));
    else if (const auto seats = due(*state.seats, *due_ms); !seats.empty())
      happen(seats.front());
    else if (const auto runs = due(state.runs, *due_ms); !runs.empty())
      happen(RunEvent(runs.front()));
    else if (const auto objections = due(state.objections, *due_ms); !objections.empty())
      happen(ObjectionEvent(objections.front()));
    else if (const auto incidents = due(state.incidents, *due_ms); !incidents.empty())
      happen(IncidentEvent(incidents.front()));
    else if (const auto moves = due(state.ledger, *due_ms); !moves.empty())
      happen(LedgerEvent(moves.front()));
    else if (const auto reviews = due(state.reviews, *due_ms); !reviews.empty())
      happen(ReviewEvent(reviews.front()));
    else if (auto petition = due(state.petitions, state.charter->petitions(), *due_ms))
      happen(PetitionEvent(std::move(*petition)));
    else
      happen(ProposalEvent(due(state.proposals, *due_ms).front()));
  }
}

}  // namespace glass::institution
