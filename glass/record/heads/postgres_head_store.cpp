// Heads as the rows of a table in PostgreSQL: for writers on several machines.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/record/heads/head_store.h"
#include "glass/system/database/postgres_database.h"

namespace glass::record {
namespace {

using system::PostgresAnswer;
using system::PostgresDatabase;

class PostgresHeadStore final : public HeadStore {
 public:
  explicit PostgresHeadStore(std::unique_ptr<PostgresDatabase> database)
      : database_(std::move(database)) {}

  [[nodiscard]] Status set_up() {
    return database_->make_table(
        "CREATE TABLE IF NOT EXISTS heads (origin text PRIMARY KEY, note text NOT NULL)");
  }

  Result<std::optional<std::string>> load(const std::string& origin) override {
    GLASS_TRY(PostgresAnswer answer,
              database_->ask("SELECT note FROM heads WHERE origin = $1", {origin}));
    if (answer.rows.empty()) return std::optional<std::string>();
    return std::move(answer.rows.front().front());
  }

  Result<std::vector<std::string>> origins() override {
    GLASS_TRY(PostgresAnswer answer,
              database_->ask("SELECT origin FROM heads ORDER BY origin COLLATE \"C\"", {}));
    std::vector<std::string> texts;
    for (std::vector<std::string>& row : answer.rows) texts.push_back(std::move(row.front()));
    return texts;
  }

  Status replace(const std::string& origin, const std::optional<std::string>& known,
                 const std::string& next) override {
    GLASS_TRY(const PostgresAnswer answer,
              known ? database_->ask("UPDATE heads SET note = $2 WHERE origin = $1 AND note = $3",
                                     {origin, next, *known})
                    : database_->ask(
                          "INSERT INTO heads (origin, note) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                          {origin, next}));
    if (answer.changed_rows == 1) return {};
    return fail(ErrorCode::kRefused,
                fmt::format("the database {}: another writer has replaced the head of {} "
                            "meanwhile; nothing was changed. Let one process write, and start "
                            "again",
                            database_->name(), origin));
  }

 private:
  std::unique_ptr<PostgresDatabase> database_;
};

}  // namespace

Result<std::unique_ptr<HeadStore>> open_postgres_head_store(const std::string& connection) {
  GLASS_TRY(auto database, system::open_postgres_database(connection));
  auto store = std::make_unique<PostgresHeadStore>(std::move(database));
  GLASS_TRY_STATUS(store->set_up());
  return store;
}

}  // namespace glass::record
