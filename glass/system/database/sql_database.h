// SqlDatabase: one face for a file of SQLite and a database of PostgreSQL, for rooms whose
// statements are the same SQL in both.
//
//   GLASS_TRY(const SqlAnswer answer,
//             database->ask("SELECT name FROM kept WHERE number > $1", {"7"}));
//
// Values go in and come out as text; where SQL does not see that a parameter is a number, write
// CAST($1 AS bigint). A statement is carried out whole or not at all, and durable when it is
// answered. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::system {

struct SqlAnswer {
  std::vector<std::vector<std::string>> rows;  // columns as text, empty for NULL
  int64_t changed_rows = 0;                    // by an INSERT, UPDATE or DELETE
};

class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;

  // The parameters are $1, $2, ... After kIo it is unknown whether the statement was carried out.
  [[nodiscard]] virtual Result<SqlAnswer> ask(const std::string& sql,
                                              const std::vector<std::string>& parameters) = 0;

  // CREATE TABLE or INDEX IF NOT EXISTS, also where another session makes the same one meanwhile.
  [[nodiscard]] virtual Status make(const char* sql) = 0;

  // Takes out of the database's files what was deleted from a table or written over, as far as that
  // is in the hand of the database.
  [[nodiscard]] virtual Status scrub(const std::string& table) = 0;

  // For messages.
  [[nodiscard]] virtual std::string name() const = 0;
};

// Made if it is absent. What is deleted is written over.
[[nodiscard]] Result<std::unique_ptr<SqlDatabase>> open_sqlite(const Path& file);

// By a connection as libpq has it. kRefused in a program that was built without libpq.
[[nodiscard]] Result<std::unique_ptr<SqlDatabase>> open_postgres(const std::string& connection);

}  // namespace glass::system
