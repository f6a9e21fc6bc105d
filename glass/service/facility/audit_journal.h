// Audit: whether a facility's journal adds up, found by somebody who has nothing but the journal.
// Every signature, right, rule, tally, term and deadline is worked out again.
#pragma once

#include <cstdint>
#include <optional>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/state.h"
#include "glass/record/journal/journal.h"
#include "glass/system/files.h"

namespace glass::service {

struct Audit {
  int64_t entries = 0, acts = 0, events = 0;
  crypto::Digest head;  // digest of the last line: two who compare it have the same journal
  institution::State state;
};

// Of a journal.jsonl, a folder with one, or a facility's folder. kMismatch or kCorruption names the
// first entry that is wrong, and how.
[[nodiscard]] Result<Audit> audit_journal(system::Files& files, const system::Path& place,
                                          Parallel& parallel);

// The same of a journal in a database.
[[nodiscard]] Result<Audit> audit_journal(record::Journal& journal, Parallel& parallel);

}  // namespace glass::service
