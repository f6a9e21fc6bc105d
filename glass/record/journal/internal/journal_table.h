// JournalTable: the rows of a journal as a database has them. What they mean, and whether they are
// whole, is decided above it, once for all databases.
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
#include "glass/record/journal/journal.h"

namespace glass::record {

// Digests are 64 hexadecimal digits, or whatever else stands there.
struct JournalRow {
  int64_t number = 0;
  std::string digest, line;
};

struct SnapshotRow {
  int64_t count = 0;
  std::string head_digest, digest, text;
};

class JournalTable {
 public:
  virtual ~JournalTable() = default;

  // The one with the highest number, without its line.
  [[nodiscard]] virtual Result<std::optional<JournalRow>> last_row() = 0;

  // The digest of a row; nothing if it is not there.
  [[nodiscard]] virtual Result<std::optional<std::string>> digest_at(int64_t number) = 0;

  // Rows that follow each other, in one transaction; false, and no change, if the row before them
  // is not the last one or does not have the digest `before`, or the table is sealed and the rows
  // do not go past the seal.
  [[nodiscard]] virtual Result<bool> insert(std::string_view before,
                                            std::span<const JournalRow> rows, bool past_seal) = 0;

  [[nodiscard]] virtual Result<bool> is_sealed() = 0;

  // Sealed when no insert is on its way any more.
  [[nodiscard]] virtual Status set_sealed(bool sealed) = 0;

  // In order, from a number on; they end before their lines have more than `most_bytes`, but not
  // before the first.
  [[nodiscard]] virtual Result<std::vector<JournalRow>> rows(int64_t from, int64_t most,
                                                             size_t most_bytes) = 0;

  [[nodiscard]] virtual Status put_snapshot(const std::string& format, const SnapshotRow& row) = 0;
  [[nodiscard]] virtual Result<std::optional<SnapshotRow>> snapshot(const std::string& format) = 0;

  [[nodiscard]] virtual std::string name() const = 0;
};

std::unique_ptr<Journal> journal_of(std::unique_ptr<JournalTable> table);

}  // namespace glass::record
