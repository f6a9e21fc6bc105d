// LogEntry: a statement as an entry of a transparency log: its digests, not its text.
//
//   {"envelope":"sha256:...","statement":"sha256:...","type":"https://glassworks/statement/..."}
//
// The statement's digest is that of its payload; that of the envelope also says who had signed. The
// text lies beside the log, under the envelope's digest, where it can be withheld without a trace
// being lost. Format page: docs/reference/formats/transparency-log.md.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/statement.h"

namespace glass::record {

// Of the text of a statement that a log takes: a release of 5,000 files has less.
inline constexpr size_t kMostStatementBytes = size_t{1} << 20;

struct LogEntry {
  crypto::Digest envelope, statement;
  std::string type;  // the predicate type

  friend bool operator==(const LogEntry&, const LogEntry&) = default;
};

// Canonical JSON. REQUIRES: the statement is signed.
std::string log_entry(const Statement& statement);

// kInvalidInput if the bytes are no such entry; a log may hold others.
[[nodiscard]] Result<LogEntry> parse_log_entry(std::string_view entry);

}  // namespace glass::record
