#include "glass/institution/acts/authority.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/overloaded.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/internal/petition_acts.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/acts/words.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/objections/objection_book.h"
#include "glass/institution/objections/objection_events.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/incident.h"
#include "glass/institution/safety/incident_book.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/stops.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/institution/votes/ballot_box.h"
#include "glass/institution/votes/vote_events.h"

namespace glass::institution {
namespace {

// The key that an act gives a seat; empty if it gives none.
std::string_view new_key(const Event& event) {
  if (const auto* reviews = std::get_if<ReviewEvent>(&event)) {
    const auto* assigned = std::get_if<SlotAssigned>(reviews);
    return assigned == nullptr ? std::string_view{} : std::string_view(assigned->slot);
  }
  const auto* seats = std::get_if<SeatEvent>(&event);
  if (seats == nullptr) return {};
  return std::visit(
      Overloaded{[](const SeatBound& one) -> std::string_view { return one.key; },
                 [](const SeatKeyChanged& one) -> std::string_view { return one.key; },
                 [](const DeputyNamed& one) -> std::string_view { return one.key; },
                 [](const auto&) -> std::string_view { return {}; }},
      *seats);
}

std::string_view proposal_of(const ProposalEvent& event) {
  return std::visit(
      [](const auto& one) -> std::string_view {
        if constexpr (requires { one.proposal; })
          return one.proposal;
        else
          return {};
      },
      event);
}

std::string_view proposal_of(const ReviewEvent& event) {
  return std::visit([](const auto& one) -> std::string_view { return one.proposal; }, event);
}

std::string_view run_of(const RunEvent& event) {
  return std::visit([](const auto& one) -> std::string_view { return one.run; }, event);
}

// The seat that an act is about; empty if about none.
std::string_view seat_of(const Event& event) {
  if (const auto* reviews = std::get_if<ReviewEvent>(&event)) {
    return std::visit(
        [](const auto& one) -> std::string_view {
          if constexpr (requires { one.seat; })
            return one.seat;
          else
            return {};
        },
        *reviews);
  }
  const auto* seats = std::get_if<SeatEvent>(&event);
  if (seats == nullptr) return {};
  return std::visit(
      [](const auto& one) -> std::string_view {
        if constexpr (requires { one.seat; })
          return one.seat;
        else
          return {};
      },
      *seats);
}

// Of an act on a proposal or a run, the proposal; empty if it is about none.
std::string_view proposal_of(const State& state, const Event& event) {
  if (const auto* proposals = std::get_if<ProposalEvent>(&event)) return proposal_of(*proposals);
  if (const auto* reviews = std::get_if<ReviewEvent>(&event)) return proposal_of(*reviews);
  const auto* runs = std::get_if<RunEvent>(&event);
  if (runs == nullptr) return {};
  if (const auto* registered = std::get_if<RunRegistered>(runs)) return registered->proposal;
  const GovernedRun* run = state.runs.find(run_of(*runs));
  return run == nullptr ? std::string_view{} : std::string_view(run->terms.proposal);
}

// Whom the level of a run names for an act on it; nobody for acts that levels do not speak of.
std::vector<std::string> roles_by_level(const State& state, const Event& event) {
  const auto* runs = std::get_if<RunEvent>(&event);
  const GovernedRun* run = runs == nullptr ? nullptr : state.runs.find(run_of(*runs));
  if (run == nullptr || run->level == 0) return {};
  std::vector<std::string> roles;
  if (std::holds_alternative<RunStopAsked>(*runs)) {
    for (const StopRight& right : state.charter->level(run->level).stop)
      roles.push_back(right.role);
    return roles;
  }
  const std::string_view matter = matter_waited_for(*run);
  if (matter.empty()) return {};
  for (const ApprovalRule& rule : state.charter->approvals(matter, run->level))
    roles.insert(roles.end(), rule.roles.begin(), rule.roles.end());
  return roles;
}

bool holds_right(const State& state, std::string_view holder, std::string_view seat_name,
                 const Event& event) {
  if (holder == kReviewer) return !slot_of(event).empty();
  if (!slot_of(event).empty()) return false;
  if (holder == kAnyone) return true;
  if (holder == kSelf) return seat_of(event) == seat_name;
  if (holder == kLevel) {
    return std::ranges::any_of(roles_by_level(state, event), [&](const std::string& role) {
      return role != kLevel && holds_right(state, role, seat_name, event);
    });
  }
  if (holder == kApplicant) {
    const Proposal* proposal = state.proposals.find(proposal_of(state, event));
    return proposal != nullptr && proposal->applicant == seat_name;
  }
  const Seat& seat = *state.seats->find(seat_name);
  return seat.body == holder || seat.has_role(holder);
}

Status expect_right(const State& state, const Act& act) {
  const RightSettings& right = state.charter->right_to(right_name(act.event));
  const bool has_it = std::ranges::any_of(right.holders, [&](const std::string& holder) {
    return holds_right(state, holder, act.seat, act.event);
  });
  if (has_it) return {};
  std::vector<std::string> holders = right.holders;
  const auto by_level = std::ranges::find(holders, kLevel);
  if (by_level != holders.end()) {
    const auto roles = roles_by_level(state, act.event);
    *by_level =
        roles.empty() ? "nobody at the run's level" : fmt::format("{}", fmt::join(roles, ", "));
  }
  return refused(
      fmt::format("seat {} may not do this: by the charter's right '{}', {} belongs to {}",
                  act.seat, right.name, right_name(act.event), fmt::join(holders, ", ")));
}

// The key that acts for the seat is among those that signed; a review is signed by the key of its
// slot, so that nobody learns whose it is.
Status expect_seat_key(const State& state, const SignedAct& act, int64_t at_ms) {
  if (const std::string_view slot = slot_of(act.act.event); !slot.empty()) {
    if (act.act.seat == slot && std::ranges::find(act.keys, slot) != act.keys.end()) return {};
    return refused(fmt::format("a review is signed by the key of its slot, {}", slot));
  }
  for (const std::string& key : act.keys) {
    if (state.seats->seat_of(key, at_ms) == act.act.seat) return {};
  }
  const Seat* seat = state.seats->find(act.act.seat);
  if (seat == nullptr) return refused(fmt::format("there is no seat {}", act.act.seat));
  return refused(fmt::format("the act is done for seat {} and signed by {}, which {} not its key",
                             act.act.seat, fmt::join(act.keys, ", "),
                             act.keys.size() == 1 ? "is" : "are"));
}

Result<std::string> terms_of_proposal(const State& state, const ProposalEvent& event) {
  const std::string_view id = proposal_of(event);
  if (id.empty() || std::holds_alternative<ProposalSubmitted>(event)) return state.charter_act;
  const Proposal* proposal = state.proposals.find(id);
  if (proposal == nullptr) return refused(fmt::format("there is no proposal {}", id));
  return std::holds_alternative<ProposalAnswered>(event) ? proposal->allocation : proposal->content;
}

Result<std::string> terms_of_vote(const State& state, const VoteEvent& event) {
  if (const auto* opened = std::get_if<VoteOpened>(&event)) {
    if (is_digest(opened->content)) return opened->content;
    return refused(fmt::format("a vote is on the digest of what is decided, and '{}' is none",
                               opened->content));
  }
  const auto* cast = std::get_if<VoteCast>(&event);
  const OpenVote* open = cast == nullptr ? nullptr : state.votes.open(cast->vote);
  return open == nullptr ? state.charter_act : open->terms.content;
}

// Approvals name what they are for: of what the run is now, or what is to be published.
Result<std::string> terms_of_run(const State& state, const RunEvent& event) {
  if (std::holds_alternative<RunRegistered>(event)) return state.charter_act;
  const GovernedRun* run = state.runs.find(run_of(event));
  if (run == nullptr) return refused(fmt::format("there is no run {}", run_of(event)));
  return run->content;
}

// What is told of an incident is on the incident as it was opened.
Result<std::string> terms_of_incident(const State& state, const IncidentEvent& event) {
  if (std::holds_alternative<IncidentOpened>(event)) return state.charter_act;
  return std::visit(
      [&](const auto& one) -> Result<std::string> {
        const Incident* incident = state.incidents.find(one.incident);
        if (incident == nullptr)
          return refused(fmt::format("there is no incident {}", one.incident));
        return incident->opening.account;
      },
      event);
}

Result<std::string> terms_of_objection(const State& state, const ObjectionEvent& event) {
  return std::visit(
      [&](const auto& one) -> Result<std::string> {
        const Objection* objection = state.objections.find(one.objection);
        if (std::holds_alternative<ObjectionFiled>(event)) return state.charter_act;
        if (objection == nullptr)
          return refused(fmt::format("there is no objection {}", one.objection));
        return objection->content;
      },
      event);
}

}  // namespace

std::string_view slot_of(const Event& event) {
  const auto* reviews = std::get_if<ReviewEvent>(&event);
  if (reviews == nullptr) return {};
  if (const auto* given = std::get_if<ReviewGiven>(reviews)) return given->slot;
  if (const auto* revised = std::get_if<ReviewRevised>(reviews)) return revised->slot;
  return {};
}

Result<std::string> terms_seen_by(const State& state, const Event& event) {
  if (const auto* proposals = std::get_if<ProposalEvent>(&event))
    return terms_of_proposal(state, *proposals);
  if (const auto* reviews = std::get_if<ReviewEvent>(&event)) {
    const Proposal* proposal = state.proposals.find(proposal_of(*reviews));
    if (proposal == nullptr)
      return refused(fmt::format("there is no proposal {}", proposal_of(*reviews)));
    return proposal->content;
  }
  if (const auto* votes = std::get_if<VoteEvent>(&event)) return terms_of_vote(state, *votes);
  if (const auto* runs = std::get_if<RunEvent>(&event)) return terms_of_run(state, *runs);
  if (const auto* objections = std::get_if<ObjectionEvent>(&event))
    return terms_of_objection(state, *objections);
  if (const auto* petitions = std::get_if<PetitionEvent>(&event))
    return terms_of_petition(state, *petitions);
  if (const auto* incidents = std::get_if<IncidentEvent>(&event))
    return terms_of_incident(state, *incidents);
  return state.charter_act;
}

Status expect_entitled(const State& state, const SignedAct& signed_act, int64_t at_ms) {
  const Act& act = signed_act.act;
  if (act.facility != state.facility)
    return refused(
        fmt::format("the act is for facility {}, and this is {}", act.facility, state.facility));
  if (only_follows(act.event))
    return refused(fmt::format("nobody does {}; it follows by itself", kind_of(act.event)));
  GLASS_TRY_STATUS(expect_seat_key(state, signed_act, at_ms));
  const Seat* seat = state.seats->find(act.seat);
  const int64_t last = seat == nullptr ? 0 : seat->last_number;
  if (act.number <= last)
    return refused(fmt::format("act {} of seat {} was taken already; the next is {}", act.number,
                               act.seat, last + 1));
  GLASS_TRY(const std::string terms, terms_seen_by(state, act.event));
  if (act.sees != terms)
    return refused(
        fmt::format("what the act is about has changed since its author looked: they saw {}, "
                    "and now it is {}; look again and sign anew",
                    act.sees, terms));
  GLASS_TRY_STATUS(expect_right(state, act));
  const std::string_view key = new_key(act.event);
  if (!key.empty() && std::ranges::find(signed_act.keys, key) == signed_act.keys.end())
    return refused(
        fmt::format("key {} is to act for a seat and has not signed that it will; let its "
                    "holder sign, too",
                    key));
  return {};
}

}  // namespace glass::institution
