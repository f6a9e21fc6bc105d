// Journal: the event store of a facility: numbered lines, appended and never changed. All that the
// facility knows is a fold of them.
//
//   GLASS_TRY(const auto journal, open_sqlite_journal("facility.sqlite"));
//   GLASS_TRY(JournalHead head, journal->head());
//   ... fold what read() gives, decide ...
//   GLASS_TRY(head, journal->append(head, {"{\"kind\":\"proposal.opened\",...}"}));
//
// What always holds:
//   1. A batch of lines is appended whole or not at all; what append has answered is durable.
//   2. A line is appended only by a writer who knew the one before it. Of two that go on from the
//      same head, one is refused: so each decides on what it has seen, and nothing else.
//   3. A line that is read is what its digest says, and no number is missing before it.
//
// What it does not do: it does not parse lines, and does not keep whoever may write the database
// from rewriting it. Signatures in the lines and their digests in a transparency log do.
//
// Several processes may write. A Journal is used by one thread at a time, and not carried over a
// fork.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/journal/journal_line.h"
#include "glass/system/files.h"

namespace glass::record {

// Where a journal stands.
struct JournalHead {
  int64_t count = 0;      // of lines, so the number that the next one gets
  crypto::Digest digest;  // SHA-256 of the last line's text; of no bytes where there is none

  friend bool operator==(const JournalHead&, const JournalHead&) = default;
};

JournalHead empty_journal_head();

// A state that was folded from the lines before `at.count`, to go on from.
struct JournalSnapshot {
  JournalHead at;
  std::string format;  // of the text: whoever changes how states are written gives it a new name
  std::string text;    // UTF-8 without NUL bytes, at most kMostSnapshotBytes
};

struct LatestSnapshot {
  std::optional<JournalSnapshot> snapshot;
  std::string why_none;  // a sentence for the log, if there is none
};

inline constexpr size_t kMostSnapshotBytes = size_t{512} << 20;
inline constexpr size_t kMostAppendBytes = size_t{64} << 20;  // of all lines of a batch
inline constexpr size_t kMostReadBytes = size_t{16} << 20;    // but for a first line

class Journal {
 public:
  virtual ~Journal() = default;

  [[nodiscard]] virtual Result<JournalHead> head() = 0;

  // The new head. kRefused if the head is not `known`: another writer was faster; or if the journal
  // is sealed. Nothing was appended then. kInvalidInput names the line that is none. After kIo it
  // is unknown whether the lines were appended: ask head(). REQUIRES: at least one line.
  [[nodiscard]] virtual Result<JournalHead> append(const JournalHead& known,
                                                   std::span<const std::string> lines) = 0;

  // The lines from number `from` on, in order: at most `most` of them and about kMostReadBytes,
  // but one if there is one. None: the journal ends there. kCorruption if a line is not what its
  // digest says, or a number is missing. REQUIRES: from >= 0, most > 0.
  [[nodiscard]] virtual Result<std::vector<JournalLine>> read(int64_t from, int64_t most) = 0;

  // Replaces the one of the same format.
  [[nodiscard]] virtual Status save_snapshot(const JournalSnapshot& snapshot) = 0;

  // One that is damaged, or of another journal than this one, is none.
  [[nodiscard]] virtual Result<LatestSnapshot> latest_snapshot(const std::string& format) = 0;

  // A sealed journal is whole and takes no lines, of no process, whenever it opened the journal. So
  // a journal is moved: whoever seals it knows that its head is the last one. Both are durable when
  // they return.
  [[nodiscard]] virtual Result<bool> is_sealed() = 0;
  [[nodiscard]] virtual Status set_sealed(bool sealed) = 0;

  // For whoever moves a journal to here: from now on append does not ask for the seal.
  virtual void write_past_seal() = 0;

  // The file or database, for messages.
  [[nodiscard]] virtual std::string name() const = 0;
};

// A file of SQLite, made if it is absent.
[[nodiscard]] Result<std::unique_ptr<Journal>> open_sqlite_journal(const system::Path& file);

// The tables `journal` and `journal_snapshots` of a database of PostgreSQL, made if they are
// absent; `connection` is a string or URI as libpq has them. kRefused in a program that was built
// without libpq.
[[nodiscard]] Result<std::unique_ptr<Journal>> open_postgres_journal(const std::string& connection);

}  // namespace glass::record
