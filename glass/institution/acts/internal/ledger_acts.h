// Computing time among the acts of a facility: what acts on periods, proposals and runs move in the
// ledger.
//
//   allocation.pool_refilled   --> each member's share of what is not common
//   proposal.answered, yes     --> the award is granted, out of the share of the first member that
//                                  the proposal names, or of the pool if it names none
//   run.registered             --> the run holds all that it may use
//   run.metered                --> what it used more than before, as far as it holds it
//   run.ended                  --> what is left of its hold comes back
//   proposal.closed            --> what is left of the award goes back to where it came from
//
// An award is called as its proposal is. The unit is the charter's.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/allocation/ledger_events.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/runs/run_events.h"

namespace glass::institution {

// Whether an act may make it: by the ledger, and a period as long as the charter's are.
[[nodiscard]] Status expect_ledger(const State& state, const LedgerEvent& event, int64_t at_ms);

// Whether the award can be granted now. kRefused names the account that has too little.
[[nodiscard]] Status expect_grantable(const State& state, const ProposalAnswered& answer,
                                      int64_t at_ms);

// Whether the award of its project has what the run may use.
[[nodiscard]] Status expect_holdable(const State& state, const RunRegistered& run, int64_t at_ms);

// What the event moves besides itself. The state has not gone through it yet.
std::vector<LedgerEvent> moved_by(const State& state, const Event& event, int64_t at_ms);

}  // namespace glass::institution
