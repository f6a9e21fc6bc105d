// Heads as the rows of a table in a file.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/record/heads/head_store.h"
#include "glass/system/database/sqlite_database.h"
#include "glass/system/files.h"

namespace glass::record {
namespace {

using system::SqliteDatabase;
using system::SqliteStatement;

class SqliteHeadStore final : public HeadStore {
 public:
  explicit SqliteHeadStore(std::unique_ptr<SqliteDatabase> database)
      : database_(std::move(database)) {}

  [[nodiscard]] Status set_up() {
    return database_->run(
        "CREATE TABLE IF NOT EXISTS heads (origin TEXT PRIMARY KEY, note TEXT NOT NULL) "
        "WITHOUT ROWID");
  }

  Result<std::optional<std::string>> load(const std::string& origin) override {
    GLASS_TRY(SqliteStatement query,
              database_->prepare("SELECT note FROM heads WHERE origin = ?1"));
    query.bind_text(1, origin);
    GLASS_TRY(const bool is_there, query.step());
    return is_there ? std::optional(query.text(0)) : std::nullopt;
  }

  Result<std::vector<std::string>> origins() override {
    GLASS_TRY(SqliteStatement query,
              database_->prepare("SELECT origin FROM heads ORDER BY origin"));
    std::vector<std::string> texts;
    while (true) {
      GLASS_TRY(const bool is_there, query.step());
      if (!is_there) return texts;
      texts.push_back(query.text(0));
    }
  }

  Status replace(const std::string& origin, const std::optional<std::string>& known,
                 const std::string& next) override {
    const char* sql = known ? "UPDATE heads SET note = ?2 WHERE origin = ?1 AND note = ?3"
                            : "INSERT INTO heads (origin, note) VALUES (?1, ?2) "
                              "ON CONFLICT DO NOTHING";
    GLASS_TRY(SqliteStatement change, database_->prepare(sql));
    change.bind_text(1, origin);
    change.bind_text(2, next);
    if (known) change.bind_text(3, *known);
    GLASS_TRY_STATUS(change.run());
    if (database_->changed_rows() == 1) return {};
    return fail(ErrorCode::kRefused,
                fmt::format("{}: another writer has replaced the head of {} meanwhile; nothing was "
                            "changed. Let one process write, and start again",
                            system::path_text(database_->file()), origin));
  }

 private:
  std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace

Result<std::unique_ptr<HeadStore>> open_sqlite_head_store(const system::Path& file) {
  GLASS_TRY(auto database, SqliteDatabase::open(file));
  auto store = std::make_unique<SqliteHeadStore>(std::move(database));
  GLASS_TRY_STATUS(store->set_up());
  return store;
}

}  // namespace glass::record
