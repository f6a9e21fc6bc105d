// The tables of a journal in a file of SQLite: for one machine, however many processes.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/record/journal/internal/journal_table.h"
#include "glass/record/journal/journal.h"
#include "glass/system/database/sqlite_database.h"
#include "glass/system/files.h"

namespace glass::record {
namespace {

using system::SqliteDatabase;
using system::SqliteStatement;
using system::SqliteTransaction;

constexpr const char* kSqliteTables =
    "CREATE TABLE IF NOT EXISTS journal (number INTEGER PRIMARY KEY, digest TEXT NOT NULL, "
    "line TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS journal_snapshots (format TEXT PRIMARY KEY, "
    "count INTEGER NOT NULL, head_digest TEXT NOT NULL, digest TEXT NOT NULL, text TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS journal_seal (seal INTEGER PRIMARY KEY)";

class SqliteJournalTable final : public JournalTable {
 public:
  explicit SqliteJournalTable(std::unique_ptr<SqliteDatabase> database)
      : database_(std::move(database)) {}

  [[nodiscard]] Status set_up() { return database_->run(kSqliteTables); }

  Result<std::optional<JournalRow>> last_row() override {
    GLASS_TRY(
        SqliteStatement query,
        database_->prepare("SELECT number, digest FROM journal ORDER BY number DESC LIMIT 1"));
    GLASS_TRY(const bool is_there, query.step());
    if (!is_there) return std::optional<JournalRow>();
    return JournalRow{.number = query.integer(0), .digest = query.text(1), .line = {}};
  }

  Result<std::optional<std::string>> digest_at(int64_t number) override {
    GLASS_TRY(SqliteStatement query,
              database_->prepare("SELECT digest FROM journal WHERE number = ?1"));
    query.bind_integer(1, number);
    GLASS_TRY(const bool is_there, query.step());
    return is_there ? std::optional(query.text(0)) : std::nullopt;
  }

  Result<bool> insert(std::string_view before, std::span<const JournalRow> rows,
                      bool past_seal) override {
    GLASS_TRY(SqliteTransaction transaction, SqliteTransaction::begin(*database_));
    GLASS_TRY(const bool was_sealed, is_sealed());
    if (was_sealed && !past_seal) return false;
    GLASS_TRY(const std::optional<JournalRow> last, last_row());
    const int64_t next = last ? last->number + 1 : 0;
    if (rows.front().number != next || (last && last->digest != before)) return false;
    GLASS_TRY_STATUS(insert_each(rows));
    GLASS_TRY_STATUS(transaction.commit());
    return true;
  }

  Result<bool> is_sealed() override {
    GLASS_TRY(SqliteStatement query, database_->prepare("SELECT seal FROM journal_seal"));
    return query.step();
  }

  Status set_sealed(bool sealed) override {
    return database_->run(sealed ? "INSERT OR IGNORE INTO journal_seal (seal) VALUES (1)"
                                 : "DELETE FROM journal_seal");
  }

  Result<std::vector<JournalRow>> rows(int64_t from, int64_t most, size_t most_bytes) override {
    GLASS_TRY(SqliteStatement query,
              database_->prepare("SELECT number, digest, line FROM journal WHERE number >= ?1 "
                                 "ORDER BY number LIMIT ?2"));
    query.bind_integer(1, from);
    query.bind_integer(2, most);
    std::vector<JournalRow> rows;
    size_t bytes = 0;
    while (true) {
      GLASS_TRY(const bool is_there, query.step());
      if (!is_there) return rows;
      JournalRow row{.number = query.integer(0), .digest = query.text(1), .line = query.text(2)};
      bytes += row.line.size();
      if (bytes > most_bytes && !rows.empty()) return rows;
      rows.push_back(std::move(row));
    }
  }

  Status put_snapshot(const std::string& format, const SnapshotRow& row) override {
    GLASS_TRY(SqliteStatement put, database_->prepare("INSERT OR REPLACE INTO journal_snapshots "
                                                      "(format, count, head_digest, digest, text) "
                                                      "VALUES (?1, ?2, ?3, ?4, ?5)"));
    put.bind_text(1, format);
    put.bind_integer(2, row.count);
    put.bind_text(3, row.head_digest);
    put.bind_text(4, row.digest);
    put.bind_text(5, row.text);
    return put.run();
  }

  Result<std::optional<SnapshotRow>> snapshot(const std::string& format) override {
    GLASS_TRY(SqliteStatement query,
              database_->prepare("SELECT count, head_digest, digest, text FROM journal_snapshots "
                                 "WHERE format = ?1"));
    query.bind_text(1, format);
    GLASS_TRY(const bool is_there, query.step());
    if (!is_there) return std::optional<SnapshotRow>();
    return SnapshotRow{.count = query.integer(0),
                       .head_digest = query.text(1),
                       .digest = query.text(2),
                       .text = query.text(3)};
  }

  [[nodiscard]] std::string name() const override { return system::path_text(database_->file()); }

 private:
  [[nodiscard]] Status insert_each(std::span<const JournalRow> rows) {
    GLASS_TRY(SqliteStatement insert,
              database_->prepare("INSERT INTO journal (number, digest, line) VALUES (?1, ?2, ?3)"));
    for (const JournalRow& row : rows) {
      insert.bind_integer(1, row.number);
      insert.bind_text(2, row.digest);
      insert.bind_text(3, row.line);
      GLASS_TRY_STATUS(insert.run());
    }
    return {};
  }

  std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace

Result<std::unique_ptr<Journal>> open_sqlite_journal(const system::Path& file) {
  GLASS_TRY(auto database, SqliteDatabase::open(file));
  auto table = std::make_unique<SqliteJournalTable>(std::move(database));
  GLASS_TRY_STATUS(table->set_up());
  return journal_of(std::move(table));
}

}  // namespace glass::record
