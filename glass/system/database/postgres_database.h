// PostgresDatabase: a database of PostgreSQL, for writers on several machines.
//
//   GLASS_TRY(const auto database, open_postgres_database("host=... dbname=..."));
//   GLASS_TRY(const PostgresAnswer answer,
//             database->ask("SELECT note FROM heads WHERE name = $1", {name}));
//
// A commit is durable when it is answered, whatever the server's default. Text is UTF-8 without
// NUL bytes. Used by one thread at a time; not carried over a fork.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "glass/base/result.h"

namespace glass::system {

struct PostgresAnswer {
  std::vector<std::vector<std::string>> rows;  // columns as text, empty for NULL
  int64_t changed_rows = 0;                    // by an INSERT, UPDATE or DELETE
};

class PostgresDatabase {
 public:
  virtual ~PostgresDatabase() = default;

  // One statement, which is its own transaction. kRefused if a row with the same key is there;
  // nothing was changed then. After kIo, such as a lost connection, it is unknown whether the
  // statement was carried out; the next one makes a connection anew.
  [[nodiscard]] virtual Result<PostgresAnswer> ask(const char* sql,
                                                   const std::vector<std::string>& parameters) = 0;

  // CREATE TABLE IF NOT EXISTS, also where another session makes the same one meanwhile.
  [[nodiscard]] virtual Status make_table(const char* sql) = 0;

  // Of the database, for messages.
  [[nodiscard]] virtual std::string name() const = 0;
};

// `connection` is a string or URI as libpq has them. kRefused in a program that was built without
// libpq, and for a database that cannot keep all of UTF-8.
[[nodiscard]] Result<std::unique_ptr<PostgresDatabase>> open_postgres_database(
    const std::string& connection);

}  // namespace glass::system
