// State: what a facility's journal adds up to. A fold of events: evolve() for each in its order.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glass/institution/acts/event.h"
#include "glass/institution/allocation/ledger.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/objections/objection_book.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/review/review.h"
#include "glass/institution/runs/border_book.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/safety/incident_book.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/institution/votes/ballot_box.h"

namespace glass::institution {

struct State {
  std::string facility;  // digest of the founding act; empty before it
  std::optional<Charter> charter;
  std::string charter_act;  // digest of the act that set the charter: the founding, or a proposal
  std::map<std::string, CharterSettings, std::less<>> proposed_charters;  // by digest of the act
  std::optional<SeatBook> seats;
  BallotBox votes;
  ProposalBook proposals;
  RunBook runs;
  ObjectionBook objections;
  ReviewBook reviews;
  PetitionBook petitions;
  BorderBook borders;
  IncidentBook incidents;
  Ledger ledger;
  std::vector<std::string> periods;  // of the ledger, as they were opened
  int64_t at_ms = 0;                 // of the last event

  // What the last events may have set off, and consequences.h looks at next.
  std::vector<std::string> touched_votes;      // that were cast in
  std::vector<std::string> closed_votes;       // that have a result
  std::vector<std::string> touched_proposals;  // checked, reviewed, allocated
  std::vector<std::string> changed_runs;       // of which more is known that levels follow from
  std::vector<std::string> touched_runs;       // registered, approved, levelled, metered
  std::deque<LedgerEvent> moves;               // of computing time
  std::vector<std::string> touched_petitions;  // that anything happened to

  [[nodiscard]] bool is_founded() const { return charter.has_value(); }
};

// REQUIRES: the event was possible in this state; of one that follows, `context` is that of the act
// or clock it follows from.
void evolve(State& state, const Event& event, const ActContext& context);

}  // namespace glass::institution
