// Event: one thing that happened in a facility. Either somebody did it, by an act that they signed,
// or it followed from the acts before, by the charter and the clock.
//
// An event is {"kind": "vote.cast", ...its fields}. The fields are described once, in describe() of
// each event; JSON, the check of its words and the reference page follow from that.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/objections/objection_events.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/review/review_events.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/incident_events.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/settings/fields.h"

namespace glass::institution {

using Event =
    std::variant<CharterEvent, SeatEvent, VoteEvent, ProposalEvent, RunEvent, ObjectionEvent,
                 ReviewEvent, PetitionEvent, BorderEvent, IncidentEvent, LedgerEvent>;

// "vote.cast".
std::string_view kind_of(const Event& event);

// What the rights of a charter call the act: its kind, and where one kind is several rights, which:
// "proposal.checked/safety-check".
std::string right_name(const Event& event);

// Every act that people do, as rights call them.
const std::set<std::string, std::less<>>& act_names();

// Whether it is never an act but always follows.
bool only_follows(const Event& event);

Json to_json(const Event& event);

// kCorruption names what is missing, unknown or out of range.
[[nodiscard]] Result<Event> event_from_json(const Json& json);

// An event of a kind, its fields filled by a visitor; of one with a charter, all but that.
// kInvalidInput names the nearest kind.
[[nodiscard]] Result<Event> filled_event(std::string_view kind, settings::FieldVisitor& fields);

// The reference page of all events, docs/reference/acts.md below its first heading.
std::string events_reference();

}  // namespace glass::institution
