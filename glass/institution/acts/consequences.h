// Consequences: what follows from what has just happened, by the charter and without anybody's
// doing.
//
//   computing time moves as internal/ledger_acts.h says;
//   a vote in which everybody has voted closes;
//   a proposal whose checks are done goes into review, and out of it when the board has
//   recommended; an award that all bodies concerned have adopted, or that needs no vote, waits for
//   its applicant; one that a body has not adopted is rejected; a charter, and borders of
//   evaluations, that all bodies concerned have adopted are in force; a run is levelled when it is
//   registered and whenever more is known; cleared when everybody whom its level asks has agreed
//   and the notice is over; stopped when those who ask for it are enough; halted when its budget is
//   used up, an evaluation is overdue, or its level rises above that of its clearance; a model may
//   be published when everybody whom its level asks has agreed, the public notice is over and the
//   release gate is open; a level is lowered by the same and its own conditions; a decision on an
//   objection is turned around or stands when its appeal was voted on; a member whose arrears the
//   body waives votes again, for a year; a petition with enough sponsors goes to moderation; one
//   whose signatures reach a threshold is on the agenda of the body that has to answer.
#pragma once

#include <vector>

#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"

namespace glass::institution {

// In its order; the state has gone through all of it.
std::vector<Event> follow(State& state, const ActContext& context);

}  // namespace glass::institution
