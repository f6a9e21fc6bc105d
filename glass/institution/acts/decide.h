// Decide: from an act to what happens.
//
//   expect_possible   whether an act may happen now: words, authority, the rules of its subject
//   take              does it, and tells what follows at once: a vote that is complete closes,
//                     what it decides moves on
//   tick              does what only time makes happen: votes close, steps expire, terms end
//
// All three are functions of state, act and time alone; whoever holds the journal does the same
// again and must find the same. The clock goes first: while something is due, no act is taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/state.h"

namespace glass::institution {

// kRefused says which right or rule stands in the way.
[[nodiscard]] Status expect_possible(const State& state, const SignedAct& act, int64_t at_ms);

// What follows, in its order; the state has gone through all of it. If refused, nothing has
// changed.
[[nodiscard]] Result<std::vector<Event>> take(State& state, const SignedAct& act, int64_t at_ms);

// The next moment at which something is due; nothing if time changes nothing.
[[nodiscard]] std::optional<int64_t> next_due_ms(const State& state);

// What is due at that time, in its order; the state has gone through all of it. Empty if nothing
// is. kRefused if the time lies before the last event's.
[[nodiscard]] Result<std::vector<Event>> tick(State& state, int64_t at_ms);

}  // namespace glass::institution
