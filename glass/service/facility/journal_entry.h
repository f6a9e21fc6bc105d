// JournalEntry: one line of a facility's journal: an act that somebody signed, or a moment at which
// something was due, and what followed.
//
//   {"act":{...},"at":1767225600000,"follows":[...],"number":7,"previous":"<64 hex digits>"}
//
// `act` is a signed statement (record/evidence), null where only the clock went on; `previous` is
// the SHA-256 of the line before, so that a line names all that came before it.
// Format page: docs/reference/formats/facility-journal.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/event.h"
#include "glass/record/evidence/statement.h"

namespace glass::service {

struct JournalEntry {
  int64_t number = 0;
  int64_t at_ms = 0;
  crypto::Digest previous;
  std::optional<record::Statement> act;
  std::vector<institution::Event> follows;
};

// The line, without its end.
std::string to_line(const JournalEntry& entry);

// An entry that was read, with what the signatures of its act are of.
struct ReadEntry {
  JournalEntry entry;
  std::string payload;  // empty without an act
};

// kCorruption if the line is not exactly what to_line writes for some entry. Signatures are not
// checked.
[[nodiscard]] Result<ReadEntry> read_entry(std::string_view line);

// The same, without the payload.
[[nodiscard]] Result<JournalEntry> parse_entry(std::string_view line);

// The statement of an act, to be signed.
record::Statement statement_of(const institution::Act& act);

// The act of a statement, with the keys that signed it. kCorruption if it is no act; kMismatch if a
// signature is wrong.
[[nodiscard]] Result<institution::SignedAct> signed_act(const record::Statement& statement);

// The same before its signatures are checked. REQUIRES: the payload is the statement's.
[[nodiscard]] Result<institution::SignedAct> unchecked_act(const record::Statement& statement,
                                                           std::string_view payload);

}  // namespace glass::service
