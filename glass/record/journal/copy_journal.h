// Copy a journal: from one database to another, such as from a file of SQLite to PostgreSQL when a
// facility outgrows one machine.
//
// It may be interrupted and called again: what is there is compared first, then the rest follows.
// Snapshots are not copied; they are caches.
#pragma once

#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/journal/journal.h"

namespace glass::record {

// How many lines of how many are compared or copied; an error ends the copying.
using CopyProgress = FunctionRef<Status(int64_t done, int64_t total)>;

// The head of both: each line of `from`, with its digest, is in `to`. kMismatch if `to` has a line
// that `from` has not. kRefused if somebody else writes `to` meanwhile.
[[nodiscard]] Result<JournalHead> copy_journal(Journal& from, Journal& to, CopyProgress progress);

}  // namespace glass::record
