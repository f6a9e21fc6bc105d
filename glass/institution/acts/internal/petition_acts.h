// Petitions among the acts of a facility: who may do what to them, and how a body comes to its
// answer.
//
// A citizen has no seat. The petition office acts for creators and signers, and signs the counts;
// moderators decide what is opened; what takes two people takes two seats.
//
//   threshold_reached --> agenda of its body --vote on the matter "petition"--> answer adopted
//                                                                                    |
//                              petition.answered, by a seat of the body <------------+
//
// A body for which the charter has no decision on petitions answers without a vote.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/votes/vote_events.h"

namespace glass::institution {

// The text that is asked for: what an act on a petition is about.
[[nodiscard]] Result<std::string> terms_of_petition(const State& state, const PetitionEvent& event);

// Whether a petition waits for the answer of the vote's body.
[[nodiscard]] Status expect_on_agenda(const State& state, const VoteOpened& vote);

// Whether that seat may do it to the petition now. REQUIRES: the seat has the charter's right.
[[nodiscard]] Status expect_petition(const State& state, const PetitionEvent& event,
                                     std::string_view seat, int64_t at_ms);

}  // namespace glass::institution
