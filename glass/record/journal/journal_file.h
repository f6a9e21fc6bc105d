// JournalFile: the lines of a journal as a text file, journal.jsonl: each ends in a line feed, and
// nothing else stands between them. So whoever has the file has the journal, without a database.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/journal_line.h"
#include "glass/system/files.h"

namespace glass::record {

inline constexpr std::string_view kJournalFileName = "journal.jsonl";

// One line after the other, with its number; the text is valid during the call. An error ends the
// reading.
using EachLine = FunctionRef<Status(int64_t number, std::string_view text)>;

// Calls `each` with every line and returns where a journal of these lines stands. kCorruption names
// the number of a line that is none (journal_line.h) or does not end: then `each` has had those
// before it.
[[nodiscard]] Result<JournalHead> split_journal(ByteView bytes, EachLine each);

// The same of a file, or of journal.jsonl in a folder. Takes little memory, however long it is.
[[nodiscard]] Result<JournalHead> read_journal_file(system::Files& files,
                                                    const system::Path& file_or_folder,
                                                    EachLine each);

// Writes all lines of the journal into the file, which is replaced when it is complete. Returns the
// head that the file has.
[[nodiscard]] Result<JournalHead> export_journal(Journal& journal, system::Files& files,
                                                 const system::Path& file);

}  // namespace glass::record
