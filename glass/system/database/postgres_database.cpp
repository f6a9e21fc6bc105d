#include "glass/system/database/postgres_database.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <libpq-fe.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"

namespace glass::system {
namespace {

constexpr std::string_view kSameKey = "23505";  // SQLSTATE unique_violation

// Whatever the server's, the database's or the role's defaults are.
constexpr const char* kBegin =
    "SET synchronous_commit = on; SET client_encoding = 'UTF8'; "
    "SET default_transaction_isolation = 'read committed'";

struct EndConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};

using ResultPointer = std::unique_ptr<PGresult, ClearResult>;

PostgresAnswer answer_of(const PGresult* result) {
  PostgresAnswer answer;
  const int columns = PQnfields(result);
  for (int row = 0; row < PQntuples(result); ++row) {
    std::vector<std::string>& cells = answer.rows.emplace_back();
    for (int column = 0; column < columns; ++column)
      cells.emplace_back(PQgetvalue(result, row, column),
                         static_cast<size_t>(PQgetlength(result, row, column)));
  }
  return answer;
}

class LibpqDatabase final : public PostgresDatabase {
 public:
  explicit LibpqDatabase(PGconn* connection) : connection_(connection) {}

  [[nodiscard]] Status set_up() {
    if (PQstatus(connection_.get()) != CONNECTION_OK) return failed();
    PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
    GLASS_TRY_STATUS(expect_encoding());
    return begin_session();
  }

  Result<PostgresAnswer> ask(const char* sql, const std::vector<std::string>& parameters) override {
    // After a lost connection the next statement makes one anew; the lost one is not repeated, for
    // nobody knows whether it was carried out.
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      PQreset(connection_.get());
      GLASS_TRY_STATUS(begin_session());
    }
    std::vector<const char*> values;
    for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
    GLASS_TRY(const ResultPointer result,
              checked(PQexecParams(connection_.get(), sql, static_cast<int>(values.size()), nullptr,
                                   values.data(), nullptr, nullptr, 0)));
    PostgresAnswer answer = answer_of(result.get());
    answer.changed_rows = parse_count(PQcmdTuples(result.get())).value_or(0);
    return answer;
  }

  Status make_table(const char* sql) override {
    auto made = ask(sql, {});
    // The names of types have a key of their own, and of two sessions one runs into it.
    if (!made && made.error().code == ErrorCode::kRefused) made = ask(sql, {});
    return made.map([](const PostgresAnswer&) {});
  }

  [[nodiscard]] std::string name() const override {
    const char* database = PQdb(connection_.get());
    return database == nullptr ? "" : database;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> failed(ErrorCode code = ErrorCode::kIo) const {
    std::string message = PQerrorMessage(connection_.get());
    while (message.ends_with('\n')) message.pop_back();
    return fail(code, fmt::format("PostgreSQL: {}", message));
  }

  [[nodiscard]] Result<ResultPointer> checked(PGresult* raw) const {
    ResultPointer result(raw);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    return failed(state != nullptr && state == kSameKey ? ErrorCode::kRefused : ErrorCode::kIo);
  }

  // One that keeps all of UTF-8, or bytes as they are.
  [[nodiscard]] Status expect_encoding() const {
    const char* known = PQparameterStatus(connection_.get(), "server_encoding");
    const std::string_view encoding = known == nullptr ? "an unknown encoding" : known;
    if (encoding == "UTF8" || encoding == "SQL_ASCII") return {};
    return fail(ErrorCode::kRefused,
                fmt::format("the database {} keeps text as {}; make one with ENCODING 'UTF8'",
                            name(), encoding));
  }

  [[nodiscard]] Status begin_session() {
    return checked(PQexec(connection_.get(), kBegin)).map([](const ResultPointer&) {});
  }

  std::unique_ptr<PGconn, EndConnection> connection_;
};

}  // namespace

Result<std::unique_ptr<PostgresDatabase>> open_postgres_database(const std::string& connection) {
  auto database = std::make_unique<LibpqDatabase>(PQconnectdb(connection.c_str()));
  GLASS_TRY_STATUS(database->set_up());
  return database;
}

}  // namespace glass::system
