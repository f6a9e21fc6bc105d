#include "glass/system/database/sql_database.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/system/database/postgres_database.h"
#include "glass/system/database/sqlite_database.h"
#include "glass/system/files.h"

namespace glass::system {
namespace {

class SqliteFace final : public SqlDatabase {
 public:
  explicit SqliteFace(std::unique_ptr<SqliteDatabase> database) : database_(std::move(database)) {}

  Result<SqlAnswer> ask(const std::string& sql,
                        const std::vector<std::string>& parameters) override {
    std::string numbered = sql;
    std::ranges::replace(numbered, '$', '?');
    GLASS_TRY(SqliteStatement statement, database_->prepare(numbered));
    for (size_t i = 0; i < parameters.size(); ++i)
      statement.bind_text(static_cast<int>(i) + 1, parameters[i]);
    SqlAnswer answer;
    while (true) {
      GLASS_TRY(const bool is_there, statement.step());
      if (!is_there) break;
      std::vector<std::string>& row = answer.rows.emplace_back();
      for (int column = 0; column < statement.columns(); ++column)
        row.push_back(statement.text(column));
    }
    answer.changed_rows = database_->changed_rows();
    return answer;
  }

  Status make(const char* sql) override { return database_->run(sql); }

  // Pages are written over as they are freed; what they held before is still in the log.
  Status scrub(const std::string&) override {
    return database_->run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  [[nodiscard]] std::string name() const override { return path_text(database_->file()); }

 private:
  std::unique_ptr<SqliteDatabase> database_;
};

class PostgresFace final : public SqlDatabase {
 public:
  explicit PostgresFace(std::unique_ptr<PostgresDatabase> database)
      : database_(std::move(database)) {}

  Result<SqlAnswer> ask(const std::string& sql,
                        const std::vector<std::string>& parameters) override {
    GLASS_TRY(PostgresAnswer answer, database_->ask(sql.c_str(), parameters));
    return SqlAnswer{.rows = std::move(answer.rows), .changed_rows = answer.changed_rows};
  }

  Status make(const char* sql) override { return database_->make_table(sql); }

  Status scrub(const std::string& table) override {
    return database_->ask(fmt::format("VACUUM {}", table).c_str(), {}).map([](const auto&) {});
  }

  [[nodiscard]] std::string name() const override { return database_->name(); }

 private:
  std::unique_ptr<PostgresDatabase> database_;
};

}  // namespace

Result<std::unique_ptr<SqlDatabase>> open_sqlite(const Path& file) {
  GLASS_TRY(auto database, SqliteDatabase::open(file));
  GLASS_TRY_STATUS(database->run("PRAGMA secure_delete = ON"));
  return std::unique_ptr<SqlDatabase>(std::make_unique<SqliteFace>(std::move(database)));
}

Result<std::unique_ptr<SqlDatabase>> open_postgres(const std::string& connection) {
  GLASS_TRY(auto database, open_postgres_database(connection));
  return std::unique_ptr<SqlDatabase>(std::make_unique<PostgresFace>(std::move(database)));
}

}  // namespace glass::system
