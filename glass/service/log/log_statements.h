// Statements in a log of our own: the entry names the statement by digest, its text lies beside the
// log.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "glass/base/result.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/service/log/log.h"
#include "glass/system/files.h"

namespace glass::service {

struct LoggedStatement {
  bool was_there = false;   // before; then nothing was appended
  record::ProofFile proof;  // of its entry, in the log as it stands
  LogState log;
};

// Whether a log takes it: kInvalidInput if it is longer than kMostStatementBytes or a member is not
// as its kind says, kMismatch if a signature does not hold.
[[nodiscard]] Status expect_loggable(const record::Statement& statement);

// The same of a text, which is kCorruption where it is no statement.
[[nodiscard]] Result<record::Statement> parse_loggable(std::string_view text);

// The index of the statement's entry, as it is signed, whether or not its text lies beside the log;
// nothing if the log does not have it. Reads the hashes of all entries at worst.
[[nodiscard]] Result<std::optional<int64_t>> find_statement(system::Files& files,
                                                            const system::Path& folder,
                                                            const record::Statement& statement);

// Appends the statement, as it is signed, unless it is in the log; a text that was withheld from an
// entry stays withheld. What is not loggable is not appended.
[[nodiscard]] Result<LoggedStatement> append_statement(system::Files& files,
                                                       const system::Path& folder,
                                                       const record::Statement& statement);

}  // namespace glass::service
