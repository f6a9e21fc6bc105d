// Authority: whether who signed an act may do it. The one place that says so; every refusal names
// the right of the charter that stands in the way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/state.h"

namespace glass::institution {

// Whether it is an act of this facility, by the key of its seat, with a number that is not spent,
// on what stands there now, and by a right that the seat has. An act that gives a key a seat has to
// be signed by that key, too. kRefused says which of these is missing.
[[nodiscard]] Status expect_entitled(const State& state, const SignedAct& act, int64_t at_ms);

// The slot whose holder does the act, with the key that is for it alone; empty if it is no review.
std::string_view slot_of(const Event& event);

// The digest that an act has to see: of the terms that it is about, or of the charter where it is
// about nothing that is there already. kRefused if what it is about is not there.
[[nodiscard]] Result<std::string> terms_seen_by(const State& state, const Event& event);

}  // namespace glass::institution
