// Heads as the rows of a table.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <sqlite3.h>

#include "glass/base/result.h"
#include "glass/record/heads/head_store.h"
#include "glass/system/files.h"

namespace glass::record {
namespace {

constexpr int kBusyMs = 5000;  // waited for another process that is in a transaction

// A write is durable when its statement ends: synchronous = FULL syncs the write-ahead log.
constexpr const char* kSetUp =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE IF NOT EXISTS heads (origin TEXT PRIMARY KEY, note TEXT NOT NULL) WITHOUT ROWID";

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};

struct EndStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

using StatementPointer = std::unique_ptr<sqlite3_stmt, EndStatement>;

class SqliteHeadStore final : public HeadStore {
 public:
  SqliteHeadStore(sqlite3* database, system::Path file)
      : database_(database), file_(std::move(file)) {}

  [[nodiscard]] Status set_up() {
    sqlite3_busy_timeout(database_.get(), kBusyMs);
    if (sqlite3_exec(database_.get(), kSetUp, nullptr, nullptr, nullptr) != SQLITE_OK)
      return failed();
    return {};
  }

  Result<std::optional<std::string>> load(const std::string& origin) override {
    GLASS_TRY(const StatementPointer query, prepare("SELECT note FROM heads WHERE origin = ?1"));
    bind(query.get(), 1, origin);
    GLASS_TRY(std::vector<std::string> notes, first_columns(query.get()));
    if (notes.empty()) return std::optional<std::string>();
    return std::move(notes.front());
  }

  Result<std::vector<std::string>> origins() override {
    GLASS_TRY(const StatementPointer query, prepare("SELECT origin FROM heads ORDER BY origin"));
    return first_columns(query.get());
  }

  Status replace(const std::string& origin, const std::optional<std::string>& known,
                 const std::string& next) override {
    GLASS_TRY(
        const StatementPointer change,
        prepare(known ? "UPDATE heads SET note = ?2 WHERE origin = ?1 AND note = ?3"
                      : "INSERT INTO heads (origin, note) VALUES (?1, ?2) ON CONFLICT DO NOTHING"));
    bind(change.get(), 1, origin);
    bind(change.get(), 2, next);
    if (known) bind(change.get(), 3, *known);
    if (sqlite3_step(change.get()) != SQLITE_DONE) return failed();
    if (sqlite3_changes(database_.get()) == 1) return {};
    return fail(ErrorCode::kRefused,
                fmt::format("{}: another writer has replaced the head of {} meanwhile; nothing was "
                            "changed. Let one process write, and start again",
                            system::path_text(file_), origin));
  }

 private:
  [[nodiscard]] tl::unexpected<Error> failed() const {
    return fail(ErrorCode::kIo,
                fmt::format("{}: {}", system::path_text(file_), sqlite3_errmsg(database_.get())));
  }

  [[nodiscard]] Result<StatementPointer> prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement,
                           nullptr) != SQLITE_OK)
      return failed();
    return StatementPointer(statement);
  }

  [[nodiscard]] Result<std::vector<std::string>> first_columns(sqlite3_stmt* query) const {
    std::vector<std::string> texts;
    int result = SQLITE_ROW;
    while ((result = sqlite3_step(query)) == SQLITE_ROW) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(query, 0));
      texts.emplace_back(text, static_cast<size_t>(sqlite3_column_bytes(query, 0)));
    }
    if (result != SQLITE_DONE) return failed();
    return texts;
  }

  // REQUIRES: the text outlives the statement.
  static void bind(sqlite3_stmt* statement, int at, const std::string& text) {
    sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }

  std::unique_ptr<sqlite3, CloseDatabase> database_;
  system::Path file_;
};

}  // namespace

Result<std::unique_ptr<HeadStore>> open_sqlite_head_store(const system::Path& file) {
  sqlite3* database = nullptr;
  const int result =
      sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  auto store = std::make_unique<SqliteHeadStore>(database, file);
  if (result != SQLITE_OK)
    return fail(ErrorCode::kIo,
                fmt::format("{}: {}", system::path_text(file), sqlite3_errstr(result)));
  GLASS_TRY_STATUS(store->set_up());
  return store;
}

}  // namespace glass::record
