// What the clock makes happen to computing time: at their end awards and periods keep nothing.
//
// Of what is left of an award, its terms let a part go on to the award that renews it, up to a cap;
// the rest expires, and so does what was promised and never released. Without a renewal that is
// still open everything expires. What runs hold stays with them: what comes back of it later is
// treated the same way, and counts to the same part and cap.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "glass/institution/allocation/ledger.h"
#include "glass/institution/allocation/ledger_events.h"

namespace glass::institution {

// What is due by then, in the order in which it has to happen. Empty if nothing is.
std::vector<LedgerEvent> due(const Ledger& ledger, int64_t at_ms);

// Likewise, of one award or period.
std::vector<LedgerEvent> due_of(const Ledger& ledger, std::string_view id, int64_t at_ms);

// The next moment at which something is due; nothing if time changes nothing.
std::optional<int64_t> next_due_ms(const Ledger& ledger);

}  // namespace glass::institution
