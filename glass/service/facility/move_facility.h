// Move a facility's journal to another database, such as from its file of SQLite to PostgreSQL when
// one machine is no longer enough, or back.
//
//   1. copy       while others go on writing
//   2. seal       the old journal takes nothing more, of no process
//   3. copy       the rest; the new journal is audited from its first line
//   4. switch     facility.json names the new one
//   5. unseal     the new one: until now it took lines of the move alone
//
// Killed anywhere, the facility is where facility.json says, whole; from 2 to 5 it can be read and
// not written, until the move is called again, to the same place or back to the old one. The old
// journal stays as it was, sealed.
#pragma once

#include <string>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/journal/copy_journal.h"
#include "glass/record/journal/journal.h"
#include "glass/system/files.h"

namespace glass::service {

// `to` is as `database` in facility.json; "sqlite:journal.sqlite" is where it is at first. Where it
// is already, a move that was begun is given up, or ended. Returns the head that was moved.
// kRefused if another move is on its way. kMismatch if another journal is there.
[[nodiscard]] Result<record::JournalHead> move_facility(system::Files& files,
                                                        const system::Path& folder,
                                                        const std::string& to, Parallel& parallel,
                                                        record::CopyProgress progress);

}  // namespace glass::service
