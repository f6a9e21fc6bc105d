// The tables of a journal in a database of PostgreSQL: for a facility of several machines.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"
#include "glass/record/journal/internal/journal_table.h"
#include "glass/record/journal/journal.h"
#include "glass/system/database/postgres_database.h"

namespace glass::record {
namespace {

using system::PostgresAnswer;
using system::PostgresDatabase;

// One statement, which is carried out whole or not at all. Two writers that have seen the same last
// row want the same number, so the second waits for the first and then finds the number taken.
constexpr const char* kInsertRows =
    "INSERT INTO journal (number, digest, line) "
    "SELECT $1::bigint + item.at - 1, item.digest, item.line "
    "FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS item (digest, line, at) "
    "WHERE ($5::boolean OR NOT EXISTS (SELECT FROM journal_seal)) "
    "AND $1::bigint = COALESCE((SELECT max(number) + 1 FROM journal), 0) "
    "AND ($1::bigint = 0 OR (SELECT digest FROM journal WHERE number = $1::bigint - 1) = $2)";

// The lock waits for inserts that are on their way; those that come later see the seal.
constexpr const char* kSeal =
    "DO $$ BEGIN LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE; "
    "INSERT INTO journal_seal (seal) VALUES (1) ON CONFLICT DO NOTHING; END $$";

// A running sum tells where the lines become too many bytes; the first row is its own sum.
constexpr const char* kReadRows =
    "SELECT number, digest, line FROM (SELECT number, digest, line, "
    "sum(octet_length(line)) OVER (ORDER BY number) AS bytes FROM journal "
    "WHERE number >= $1::bigint ORDER BY number LIMIT $2::bigint) AS candidates "
    "WHERE bytes <= $3::bigint OR bytes = octet_length(line) ORDER BY number";

// The literal of an array of texts: {"a","b"}.
class TextArray {
 public:
  void add(std::string_view text) {
    text_ += text_.size() == 1 ? "\"" : ",\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }

  std::string take() && { return std::move(text_) + "}"; }

 private:
  std::string text_ = "{";
};

int64_t number_of(const std::string& text) {
  return parse_count(text).value_or(-1);
}

class PostgresJournalTable final : public JournalTable {
 public:
  explicit PostgresJournalTable(std::unique_ptr<PostgresDatabase> database)
      : database_(std::move(database)) {}

  [[nodiscard]] Status set_up() {
    GLASS_TRY_STATUS(database_->make_table(
        "CREATE TABLE IF NOT EXISTS journal (number bigint PRIMARY KEY, digest text NOT NULL, "
        "line text NOT NULL)"));
    GLASS_TRY_STATUS(database_->make_table(
        "CREATE TABLE IF NOT EXISTS journal_seal (seal integer PRIMARY KEY)"));
    return database_->make_table(
        "CREATE TABLE IF NOT EXISTS journal_snapshots (format text PRIMARY KEY, "
        "count bigint NOT NULL, head_digest text NOT NULL, digest text NOT NULL, "
        "text text NOT NULL)");
  }

  Result<std::optional<JournalRow>> last_row() override {
    GLASS_TRY(
        PostgresAnswer answer,
        database_->ask("SELECT number, digest FROM journal ORDER BY number DESC LIMIT 1", {}));
    if (answer.rows.empty()) return std::optional<JournalRow>();
    std::vector<std::string>& row = answer.rows.front();
    return JournalRow{.number = number_of(row[0]), .digest = std::move(row[1]), .line = {}};
  }

  Result<std::optional<std::string>> digest_at(int64_t number) override {
    GLASS_TRY(PostgresAnswer answer,
              database_->ask("SELECT digest FROM journal WHERE number = $1::bigint",
                             {std::to_string(number)}));
    if (answer.rows.empty()) return std::optional<std::string>();
    return std::move(answer.rows.front().front());
  }

  Result<bool> insert(std::string_view before, std::span<const JournalRow> rows,
                      bool past_seal) override {
    TextArray digests, lines;
    for (const JournalRow& row : rows) {
      digests.add(row.digest);
      lines.add(row.line);
    }
    const auto answer =
        database_->ask(kInsertRows, {std::to_string(rows.front().number), std::string(before),
                                     std::move(digests).take(), std::move(lines).take(),
                                     past_seal ? "true" : "false"});
    if (answer) return answer->changed_rows == std::ssize(rows);
    if (answer.error().code == ErrorCode::kRefused) return false;  // the number is taken
    return tl::unexpected(answer.error());
  }

  Result<bool> is_sealed() override {
    return database_->ask("SELECT seal FROM journal_seal", {})
        .map([](const PostgresAnswer& answer) { return !answer.rows.empty(); });
  }

  Status set_sealed(bool sealed) override {
    return database_->ask(sealed ? kSeal : "DELETE FROM journal_seal", {})
        .map([](const PostgresAnswer&) {});
  }

  Result<std::vector<JournalRow>> rows(int64_t from, int64_t most, size_t most_bytes) override {
    GLASS_TRY(PostgresAnswer answer,
              database_->ask(kReadRows, {std::to_string(from), std::to_string(most),
                                         std::to_string(most_bytes)}));
    std::vector<JournalRow> rows;
    for (std::vector<std::string>& row : answer.rows)
      rows.push_back(
          {.number = number_of(row[0]), .digest = std::move(row[1]), .line = std::move(row[2])});
    return rows;
  }

  Status put_snapshot(const std::string& format, const SnapshotRow& row) override {
    return database_
        ->ask(
            "INSERT INTO journal_snapshots (format, count, head_digest, digest, text) "
            "VALUES ($1, $2::bigint, $3, $4, $5) ON CONFLICT (format) DO UPDATE SET "
            "count = excluded.count, head_digest = excluded.head_digest, "
            "digest = excluded.digest, text = excluded.text",
            {format, std::to_string(row.count), row.head_digest, row.digest, row.text})
        .map([](const PostgresAnswer&) {});
  }

  Result<std::optional<SnapshotRow>> snapshot(const std::string& format) override {
    GLASS_TRY(PostgresAnswer answer,
              database_->ask("SELECT count, head_digest, digest, text FROM journal_snapshots "
                             "WHERE format = $1",
                             {format}));
    if (answer.rows.empty()) return std::optional<SnapshotRow>();
    std::vector<std::string>& row = answer.rows.front();
    return SnapshotRow{.count = number_of(row[0]),
                       .head_digest = std::move(row[1]),
                       .digest = std::move(row[2]),
                       .text = std::move(row[3])};
  }

  [[nodiscard]] std::string name() const override {
    return fmt::format("the database {}", database_->name());
  }

 private:
  std::unique_ptr<PostgresDatabase> database_;
};

}  // namespace

Result<std::unique_ptr<Journal>> open_postgres_journal(const std::string& connection) {
  GLASS_TRY(auto database, system::open_postgres_database(connection));
  auto table = std::make_unique<PostgresJournalTable>(std::move(database));
  GLASS_TRY_STATUS(table->set_up());
  return journal_of(std::move(table));
}

}  // namespace glass::record
