#include "glass/system/database/sqlite_database.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <sqlite3.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::system {
namespace {

constexpr int kBusyMs = 5000;  // waited for another process that is in a transaction
constexpr int kPauseMs = 50;   // between two tries at what does not wait by itself

}  // namespace

void SqliteStatement::End::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void SqliteStatement::bind_text(int at, std::string_view text) {
  const int result = sqlite3_bind_text64(statement_.get(), at, text.data(), text.size(),
                                         SQLITE_STATIC, SQLITE_UTF8);
  // Too large, or out of memory; the statement then fails, since a NOT NULL column has no value.
  GLASS_CHECK(result != SQLITE_RANGE && result != SQLITE_MISUSE);
}

void SqliteStatement::bind_integer(int at, int64_t value) {
  GLASS_CHECK(sqlite3_bind_int64(statement_.get(), at, value) == SQLITE_OK);
}

Result<bool> SqliteStatement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result != SQLITE_ROW && result != SQLITE_DONE) return database_->failed();
  return result == SQLITE_ROW;
}

Status SqliteStatement::run() {
  const int result = sqlite3_step(statement_.get());
  if (result != SQLITE_DONE) return database_->failed();
  sqlite3_reset(statement_.get());
  return {};
}

std::string SqliteStatement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

int SqliteStatement::columns() const {
  return sqlite3_column_count(statement_.get());
}

SqliteDatabase::SqliteDatabase(sqlite3* database, Path file)
    : database_(database), file_(std::move(file)) {}

SqliteDatabase::~SqliteDatabase() {
  sqlite3_close(database_);
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const Path& file) {
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  auto database = std::unique_ptr<SqliteDatabase>(new SqliteDatabase(opened, file));
  if (result != SQLITE_OK)
    return fail(ErrorCode::kIo, fmt::format("{}: {}", path_text(file), sqlite3_errstr(result)));
  GLASS_TRY_STATUS(database->set_up());
  return database;
}

// The first of several processes turns the write-ahead log on, for which the others do not wait by
// themselves.
Status SqliteDatabase::set_up() {
  sqlite3_busy_timeout(database_, kBusyMs);
  int result = SQLITE_BUSY;
  for (int waited_ms = 0; result == SQLITE_BUSY && waited_ms < kBusyMs; waited_ms += kPauseMs) {
    if (waited_ms > 0) sqlite3_sleep(kPauseMs);
    result = sqlite3_exec(database_, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
                          nullptr, nullptr, nullptr);
  }
  if (result != SQLITE_OK) return failed();
  return {};
}

Status SqliteDatabase::run(const char* sql) {
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failed();
  return {};
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement,
                         nullptr) != SQLITE_OK)
    return failed();
  return SqliteStatement(*this, statement);
}

int64_t SqliteDatabase::changed_rows() const {
  return sqlite3_changes(database_);
}

tl::unexpected<Error> SqliteDatabase::failed() const {
  return fail(ErrorCode::kIo, fmt::format("{}: {}", path_text(file_), sqlite3_errmsg(database_)));
}

Result<SqliteTransaction> SqliteTransaction::begin(SqliteDatabase& database) {
  GLASS_TRY_STATUS(database.run("BEGIN IMMEDIATE"));
  return SqliteTransaction(database);
}

SqliteTransaction::SqliteTransaction(SqliteTransaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

SqliteTransaction::~SqliteTransaction() {
  // One that has failed so that SQLite ended it itself is no longer there to be undone.
  if (database_ != nullptr) static_cast<void>(database_->run("ROLLBACK"));
}

Status SqliteTransaction::commit() {
  GLASS_TRY_STATUS(database_->run("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace glass::system
