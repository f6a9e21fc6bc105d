// SqliteDatabase: a file of SQLite that several processes may write, and statements on it.
//
//   GLASS_TRY(const auto database, SqliteDatabase::open(file));
//   GLASS_TRY(SqliteStatement query, database->prepare("SELECT note FROM heads WHERE name = ?1"));
//   query.bind_text(1, name);
//   GLASS_TRY(const bool is_there, query.step());
//
// A commit is durable when it returns: the write-ahead log is synced. Errors are kIo and name the
// file. Used by one thread at a time; not carried over a fork.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/system/files.h"

struct sqlite3;
struct sqlite3_stmt;

namespace glass::system {

class SqliteDatabase;

// As long as it stands on a row, what it reads does not change and no transaction can begin.
class SqliteStatement {
 public:
  // The first parameter is 1. REQUIRES: the text outlives the next step.
  void bind_text(int at, std::string_view text);
  void bind_integer(int at, int64_t value);

  // Whether there is a next row.
  [[nodiscard]] Result<bool> step();

  // Carries out one that has no rows; it can be bound again.
  [[nodiscard]] Status run();

  // Of the row it stands on; the first column is 0. A value of another type is converted.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] int64_t integer(int column) const;
  [[nodiscard]] int columns() const;

 private:
  friend class SqliteDatabase;

  struct End {
    void operator()(sqlite3_stmt* statement) const;
  };

  SqliteStatement(const SqliteDatabase& database, sqlite3_stmt* statement)
      : database_(&database), statement_(statement) {}

  const SqliteDatabase* database_;
  std::unique_ptr<sqlite3_stmt, End> statement_;
};

class SqliteDatabase {
 public:
  // Makes the file if it is absent, in a folder that is there. Waits for a few seconds for other
  // processes, here and in every statement.
  [[nodiscard]] static Result<std::unique_ptr<SqliteDatabase>> open(const Path& file);

  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  // One statement that has no rows, or several.
  [[nodiscard]] Status run(const char* sql);

  [[nodiscard]] Result<SqliteStatement> prepare(std::string_view sql);

  // How many rows the last INSERT, UPDATE or DELETE has changed.
  [[nodiscard]] int64_t changed_rows() const;

  [[nodiscard]] const Path& file() const { return file_; }

  // The last error, as a failed statement tells it.
  [[nodiscard]] tl::unexpected<Error> failed() const;

 private:
  SqliteDatabase(sqlite3* database, Path file);

  [[nodiscard]] Status set_up();

  sqlite3* database_;
  Path file_;
};

// From its beginning until it is committed, or undone by the destructor.
class SqliteTransaction {
 public:
  // Waits until no other process is in one.
  [[nodiscard]] static Result<SqliteTransaction> begin(SqliteDatabase& database);

  ~SqliteTransaction();
  SqliteTransaction(SqliteTransaction&&) noexcept;
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;

  // REQUIRES: no statement stands on a row.
  [[nodiscard]] Status commit();

 private:
  explicit SqliteTransaction(SqliteDatabase& database) : database_(&database) {}

  SqliteDatabase* database_;  // nullptr once it has ended
};

}  // namespace glass::system
