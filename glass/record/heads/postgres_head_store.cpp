// Heads as the rows of a table in PostgreSQL: for writers on several machines.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <libpq-fe.h>

#include "glass/base/result.h"
#include "glass/record/heads/head_store.h"

namespace glass::record {
namespace {

struct EndConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};

using ResultPointer = std::unique_ptr<PGresult, ClearResult>;

class PostgresHeadStore final : public HeadStore {
 public:
  explicit PostgresHeadStore(PGconn* connection) : connection_(connection) {}

  [[nodiscard]] Status set_up() {
    if (PQstatus(connection_.get()) != CONNECTION_OK) return failed();
    PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
    GLASS_TRY_STATUS(begin_session());
    return ask("CREATE TABLE IF NOT EXISTS heads (origin text PRIMARY KEY, note text NOT NULL)", {})
        .map([](const ResultPointer&) {});
  }

  Result<std::optional<std::string>> load(const std::string& origin) override {
    GLASS_TRY(const ResultPointer rows, ask("SELECT note FROM heads WHERE origin = $1", {origin}));
    if (PQntuples(rows.get()) == 0) return std::optional<std::string>();
    return std::optional<std::string>(PQgetvalue(rows.get(), 0, 0));
  }

  Result<std::vector<std::string>> origins() override {
    GLASS_TRY(const ResultPointer rows,
              ask("SELECT origin FROM heads ORDER BY origin COLLATE \"C\"", {}));
    std::vector<std::string> texts;
    for (int row = 0; row < PQntuples(rows.get()); ++row)
      texts.emplace_back(PQgetvalue(rows.get(), row, 0));
    return texts;
  }

  Status replace(const std::string& origin, const std::optional<std::string>& known,
                 const std::string& next) override {
    GLASS_TRY(const ResultPointer changed,
              known ? ask("UPDATE heads SET note = $2 WHERE origin = $1 AND note = $3",
                          {origin, next, *known})
                    : ask("INSERT INTO heads (origin, note) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                          {origin, next}));
    if (std::string_view(PQcmdTuples(changed.get())) == "1") return {};
    return fail(ErrorCode::kRefused,
                fmt::format("the database {}: another writer has replaced the head of {} "
                            "meanwhile; nothing was changed. Let one process write, and start "
                            "again",
                            PQdb(connection_.get()), origin));
  }

 private:
  [[nodiscard]] tl::unexpected<Error> failed() const {
    std::string message = PQerrorMessage(connection_.get());
    while (message.ends_with('\n')) message.pop_back();
    return fail(ErrorCode::kIo, fmt::format("PostgreSQL: {}", message));
  }

  // The statement ends before it returns. After a lost connection the next one is made anew; this
  // one is not repeated, for nobody knows whether it was carried out.
  [[nodiscard]] Result<ResultPointer> ask(const char* sql,
                                          const std::vector<std::string>& parameters) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      PQreset(connection_.get());
      GLASS_TRY_STATUS(begin_session());
    }
    return execute(sql, parameters);
  }

  // A commit is durable when it is answered, whatever the server's default.
  [[nodiscard]] Status begin_session() {
    return execute("SET synchronous_commit = on", {}).map([](const ResultPointer&) {});
  }

  [[nodiscard]] Result<ResultPointer> execute(const char* sql,
                                              const std::vector<std::string>& parameters) {
    std::vector<const char*> values;
    for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
    ResultPointer result(PQexecParams(connection_.get(), sql, static_cast<int>(values.size()),
                                      nullptr, values.data(), nullptr, nullptr, 0));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return failed();
    return result;
  }

  std::unique_ptr<PGconn, EndConnection> connection_;
};

}  // namespace

Result<std::unique_ptr<HeadStore>> open_postgres_head_store(const std::string& connection) {
  auto store = std::make_unique<PostgresHeadStore>(PQconnectdb(connection.c_str()));
  GLASS_TRY_STATUS(store->set_up());
  return store;
}

}  // namespace glass::record
