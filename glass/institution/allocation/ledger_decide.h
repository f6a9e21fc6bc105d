// Decide: whether something may happen to computing time now, and what happens with it.
//
// Refused is above all what would put an account below zero; the message names the account, what it
// has and what is missing. Whoever asks is not looked at here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/allocation/largest_remainder.h"
#include "glass/institution/allocation/ledger.h"
#include "glass/institution/allocation/ledger_events.h"

namespace glass::institution {

// What is asked for, then what follows at once: a grant releases its first tranche. What only the
// clock makes happen is possible when it is the next that is due (ledger_due.h). kRefused says what
// stands in the way.
[[nodiscard]] Result<std::vector<LedgerEvent>> decide(const Ledger& ledger,
                                                      const LedgerEvent& asked, int64_t at_ms);

// All that is in the pool of a period, split over members by the largest remainder, unit by unit.
// kRefused if there is no such period, kInvalidInput as split_by_largest_remainder.
[[nodiscard]] Result<std::vector<ShareAllotted>> split_pool(const Ledger& ledger,
                                                            std::string_view period,
                                                            std::span<const MemberShare> shares);

// Everything that a run still holds, for when it has ended; nothing if it holds nothing.
std::optional<RunRefunded> refund_of(const Ledger& ledger, std::string_view run);

}  // namespace glass::institution
