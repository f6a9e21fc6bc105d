#include "glass/service/petitions/signature_store.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/system/database/sql_database.h"

namespace glass::service {
namespace {

constexpr std::array<std::string_view, 3> kRoles = {"creator", "sponsor", "signer"};
constexpr size_t kLeavesAStatement = 500;
constexpr const char* kColumns =
    "id, petition, role, mailbox, prefix, domain, address, country, fill_time, state, asked_ms, "
    "settled_ms, token, nonce, leaf, invalidation";

std::string text_of(int64_t number) {
  return fmt::format("{}", number);
}

int64_t integer_of(const std::string& text) {
  return parse_count(text).value_or(-1);
}

SigningRole role_of(std::string_view text) {
  const auto found = std::ranges::find(kRoles, text);
  GLASS_CHECK(found != kRoles.end());
  return static_cast<SigningRole>(found - kRoles.begin());
}

SignatureRow row_of(std::vector<std::string> values) {
  return {.id = values[0],
          .petition = values[1],
          .role = role_of(values[2]),
          .mailbox = values[3],
          .prefix = values[4],
          .domain = values[5],
          .address = values[6],
          .country = values[7],
          .fill_time = values[8],
          .state = values[9],
          .asked_ms = integer_of(values[10]),
          .settled_ms = integer_of(values[11]),
          .token = values[12],
          .nonce = values[13],
          .leaf = integer_of(values[14]),
          .invalidation = values[15]};
}

// The column that a rule looks at; empty for `time`.
std::string column_of(std::string_view rule) {
  if (rule == "fill-time") return "fill_time";
  return rule == "time" ? "" : std::string(rule);
}

}  // namespace

std::string_view to_text(SigningRole role) {
  return kRoles[static_cast<size_t>(role)];
}

Result<SignatureStore> SignatureStore::open(std::unique_ptr<system::SqlDatabase> database) {
  SignatureStore store(std::move(database));
  GLASS_TRY_STATUS(store.set_up());
  return store;
}

// NULL, and not an empty text, is what may stand in many rows of a unique column.
Status SignatureStore::set_up() {
  GLASS_TRY_STATUS(database_->make(
      "CREATE TABLE IF NOT EXISTS signatures (id text PRIMARY KEY, petition text NOT NULL, "
      "role text NOT NULL, mailbox text, prefix text NOT NULL, domain text NOT NULL, "
      "address text NOT NULL, country text NOT NULL, fill_time text NOT NULL, "
      "state text NOT NULL, asked_ms bigint NOT NULL, settled_ms bigint NOT NULL, token text, "
      "nonce text NOT NULL, leaf bigint, leaf_hash text, invalidation text NOT NULL, "
      "UNIQUE (petition, role, mailbox), UNIQUE (petition, leaf), UNIQUE (token))"));
  for (const char* index : {"CREATE INDEX IF NOT EXISTS signatures_by_prefix ON signatures "
                            "(petition, prefix, asked_ms)",
                            "CREATE INDEX IF NOT EXISTS signatures_by_domain ON signatures "
                            "(petition, domain, asked_ms)"})
    GLASS_TRY_STATUS(database_->make(index));
  GLASS_TRY_STATUS(database_->make(
      "CREATE TABLE IF NOT EXISTS signing_attempts (key text NOT NULL, at_ms bigint NOT NULL)"));
  return database_->make(
      "CREATE INDEX IF NOT EXISTS signing_attempts_by_key ON signing_attempts (key, at_ms)");
}

Result<int64_t> SignatureStore::change(const std::string& sql,
                                       std::vector<std::string> parameters) {
  GLASS_TRY(const system::SqlAnswer answer, database_->ask(sql, parameters));
  return answer.changed_rows;
}

Result<std::optional<SignatureRow>> SignatureStore::find(const std::string& where,
                                                         std::vector<std::string> parameters) {
  GLASS_TRY(system::SqlAnswer answer,
            database_->ask(fmt::format("SELECT {} FROM signatures WHERE {}", kColumns, where),
                           parameters));
  if (answer.rows.empty()) return std::optional<SignatureRow>();
  return row_of(std::move(answer.rows.front()));
}

Result<bool> SignatureStore::add(const SignatureRow& row) {
  GLASS_TRY(
      const int64_t added,
      change("INSERT INTO signatures (id, petition, role, mailbox, prefix, domain, address, "
             "country, fill_time, state, asked_ms, settled_ms, token, nonce, invalidation) VALUES "
             "($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', CAST($10 AS bigint), 0, $11, $12, "
             "'') ON CONFLICT DO NOTHING",
             {row.id, row.petition, std::string(to_text(row.role)), row.mailbox, row.prefix,
              row.domain, row.address, row.country, row.fill_time, text_of(row.asked_ms), row.token,
              row.nonce}));
  return added == 1;
}

Result<std::optional<SignatureRow>> SignatureStore::find_mailbox(std::string_view petition,
                                                                 SigningRole role,
                                                                 std::string_view mailbox) {
  return find("petition = $1 AND role = $2 AND mailbox = $3",
              {std::string(petition), std::string(to_text(role)), std::string(mailbox)});
}

Result<std::optional<SignatureRow>> SignatureStore::find_token(std::string_view token) {
  return find("token = $1", {std::string(token)});
}

Status SignatureStore::renew_token(const SignatureRow& row, std::string_view token,
                                   int64_t asked_ms) {
  return change(
             "UPDATE signatures SET token = $2, asked_ms = CAST($3 AS bigint) "
             "WHERE id = $1 AND state = $4",
             {row.id, std::string(token), text_of(asked_ms), row.state})
      .map([](int64_t) {});
}

Result<bool> SignatureStore::confirm(const SignatureRow& row, std::string_view next_token,
                                     int64_t at_ms) {
  GLASS_TRY(const int64_t changed,
            change("UPDATE signatures SET state = 'validated', settled_ms = CAST($4 AS bigint), "
                   "token = $3 WHERE id = $1 AND state = 'pending' AND token = $2",
                   {row.id, row.token, std::string(next_token), text_of(at_ms)}));
  return changed == 1;
}

Result<bool> SignatureStore::withdraw(const SignatureRow& row, int64_t at_ms) {
  GLASS_TRY(const int64_t changed,
            change("UPDATE signatures SET state = 'withdrawn', settled_ms = CAST($3 AS bigint), "
                   "mailbox = NULL, prefix = '', domain = '', address = '', fill_time = '', "
                   "token = NULL, nonce = '' WHERE id = $1 AND state = 'validated' AND token = $2",
                   {row.id, row.token, text_of(at_ms)}));
  return changed == 1;
}

Result<int64_t> SignatureStore::count(std::string_view petition, SigningRole role,
                                      std::string_view state) {
  GLASS_TRY(
      const system::SqlAnswer answer,
      database_->ask("SELECT COUNT(*) FROM signatures WHERE petition = $1 AND role = $2 AND "
                     "state = $3",
                     {std::string(petition), std::string(to_text(role)), std::string(state)}));
  return integer_of(answer.rows.front().front());
}

Result<std::vector<SignatureRow>> SignatureStore::without_leaf(std::string_view petition,
                                                               int64_t before_ms) {
  // Ids are random, so their order tells nothing.
  GLASS_TRY(system::SqlAnswer answer,
            database_->ask(fmt::format("SELECT {} FROM signatures WHERE petition = $1 AND role = "
                                       "'signer' AND state = 'validated' AND leaf IS NULL AND "
                                       "settled_ms < CAST($2 AS bigint) ORDER BY id",
                                       kColumns),
                           {std::string(petition), text_of(before_ms)}));
  std::vector<SignatureRow> rows;
  for (std::vector<std::string>& values : answer.rows) rows.push_back(row_of(std::move(values)));
  return rows;
}

Status SignatureStore::put_leaves(std::span<const NewLeaf> leaves) {
  while (!leaves.empty()) {
    const auto some = leaves.first(std::min(leaves.size(), kLeavesAStatement));
    std::string values;
    std::vector<std::string> parameters;
    for (const NewLeaf& one : some) {
      const size_t at = parameters.size();
      values += fmt::format("{}(${}, CAST(${} AS bigint), ${})", values.empty() ? "" : ", ", at + 1,
                            at + 2, at + 3);
      parameters.insert(parameters.end(), {one.id, text_of(one.index), to_hex(one.hash.bytes)});
    }
    GLASS_TRY_STATUS(
        change(fmt::format("UPDATE signatures SET leaf = v.column2, leaf_hash = v.column3 FROM "
                           "(VALUES {}) AS v WHERE signatures.id = v.column1 AND "
                           "signatures.leaf IS NULL",
                           values),
               std::move(parameters))
            .map([](int64_t) {}));
    leaves = leaves.subspan(some.size());
  }
  return {};
}

Result<std::vector<crypto::Digest>> SignatureStore::leaves(std::string_view petition) {
  GLASS_TRY(const system::SqlAnswer answer,
            database_->ask("SELECT leaf_hash FROM signatures WHERE petition = $1 AND leaf IS NOT "
                           "NULL ORDER BY leaf",
                           {std::string(petition)}));
  std::vector<crypto::Digest> hashes;
  for (const std::vector<std::string>& row : answer.rows) {
    GLASS_TRY(const crypto::Digest hash, crypto::digest_from_text("sha256:" + row.front()));
    hashes.push_back(hash);
  }
  return hashes;
}

Result<CountryTotals> SignatureStore::totals(std::string_view petition,
                                             const std::set<std::string, std::less<>>& done) {
  GLASS_TRY(const system::SqlAnswer answer,
            database_->ask("SELECT country, state, invalidation, COUNT(*) FROM signatures WHERE "
                           "petition = $1 AND leaf IS NOT NULL GROUP BY country, state, "
                           "invalidation",
                           {std::string(petition)}));
  CountryTotals totals;
  for (const std::vector<std::string>& row : answer.rows) {
    institution::PetitionTotals& one = totals[row[0]];
    const int64_t number = integer_of(row[3]);
    one.validated += number;
    if (row[1] == "withdrawn")
      one.withdrawn += number;
    else if (done.contains(row[2]))
      one.invalidated += number;
  }
  return totals;
}

Result<MarkedRows> SignatureStore::mark(std::string_view petition, const InvalidationRule& rule,
                                        std::string_view invalidation) {
  const std::string column = column_of(rule.rule);
  const std::string finds = column.empty()
                                ? "asked_ms >= CAST($3 AS bigint) AND asked_ms < CAST($4 AS bigint)"
                                : fmt::format("{} = $3", column);
  std::vector<std::string> parameters = {std::string(petition), std::string(invalidation)};
  if (column.empty())
    parameters.insert(parameters.end(), {text_of(rule.from_ms), text_of(rule.until_ms)});
  else
    parameters.push_back(rule.value);
  GLASS_TRY_STATUS(
      change(fmt::format("UPDATE signatures SET invalidation = $2 WHERE petition = $1 AND role = "
                         "'signer' AND invalidation = '' AND (state = 'pending' OR (state = "
                         "'validated' AND leaf IS NOT NULL)) AND {}",
                         finds),
             std::move(parameters))
          .map([](int64_t) {}));
  return marked(invalidation);
}

Result<MarkedRows> SignatureStore::marked(std::string_view invalidation) {
  GLASS_TRY(const system::SqlAnswer answer,
            database_->ask("SELECT state, COUNT(*) FROM signatures WHERE invalidation = $1 GROUP "
                           "BY state",
                           {std::string(invalidation)}));
  MarkedRows rows;
  for (const std::vector<std::string>& row : answer.rows) {
    if (row[0] == "validated") rows.validated = integer_of(row[1]);
    if (row[0] == "pending") rows.pending = integer_of(row[1]);
  }
  return rows;
}

Status SignatureStore::unmark(std::string_view invalidation) {
  return change("UPDATE signatures SET invalidation = '' WHERE invalidation = $1",
                {std::string(invalidation)})
      .map([](int64_t) {});
}

Result<std::vector<int64_t>> SignatureStore::attempts(std::string_view key, int64_t since_ms) {
  GLASS_TRY(const system::SqlAnswer answer,
            database_->ask("SELECT at_ms FROM signing_attempts WHERE key = $1 AND at_ms >= "
                           "CAST($2 AS bigint) ORDER BY at_ms",
                           {std::string(key), text_of(since_ms)}));
  std::vector<int64_t> times;
  for (const std::vector<std::string>& row : answer.rows) times.push_back(integer_of(row.front()));
  return times;
}

Status SignatureStore::add_attempt(std::string_view key, int64_t at_ms) {
  return change("INSERT INTO signing_attempts (key, at_ms) VALUES ($1, CAST($2 AS bigint))",
                {std::string(key), text_of(at_ms)})
      .map([](int64_t) {});
}

Result<std::vector<int64_t>> SignatureStore::times(std::string_view petition,
                                                   std::string_view column, std::string_view value,
                                                   int64_t since_ms, int64_t most) {
  GLASS_TRY(const system::SqlAnswer answer,
            database_->ask(
                fmt::format("SELECT asked_ms FROM signatures WHERE petition = $1 AND role = "
                            "'signer' AND {} = $2 AND asked_ms >= CAST($3 AS bigint) "
                            "ORDER BY asked_ms DESC LIMIT CAST($4 AS bigint)",
                            column),
                {std::string(petition), std::string(value), text_of(since_ms), text_of(most)}));
  std::vector<int64_t> times;
  for (const std::vector<std::string>& row : answer.rows) times.push_back(integer_of(row.front()));
  std::ranges::reverse(times);
  return times;
}

Result<int64_t> SignatureStore::expire(int64_t asked_before_ms) {
  return change("DELETE FROM signatures WHERE state = 'pending' AND asked_ms <= CAST($1 AS bigint)",
                {text_of(asked_before_ms)});
}

Result<int64_t> SignatureStore::erase_addresses(int64_t settled_before_ms) {
  return change(
      "UPDATE signatures SET address = '', prefix = '', domain = '', fill_time = '' "
      "WHERE state = 'validated' AND address <> '' AND settled_ms <= CAST($1 AS bigint)",
      {text_of(settled_before_ms)});
}

Result<int64_t> SignatureStore::erase_addresses_of(std::string_view petition) {
  return change(
      "UPDATE signatures SET address = '', prefix = '', domain = '', fill_time = '' "
      "WHERE petition = $1 AND address <> ''",
      {std::string(petition)});
}

Result<int64_t> SignatureStore::forget_attempts(int64_t before_ms) {
  return change("DELETE FROM signing_attempts WHERE at_ms < CAST($1 AS bigint)",
                {text_of(before_ms)});
}

Result<int64_t> SignatureStore::erase_mailboxes(std::string_view petition) {
  GLASS_TRY(const int64_t waiting,
            change("DELETE FROM signatures WHERE petition = $1 AND state = 'pending'",
                   {std::string(petition)}));
  GLASS_TRY(const int64_t others,
            change("UPDATE signatures SET mailbox = NULL, address = '', prefix = '', domain = '', "
                   "fill_time = '' WHERE petition = $1 AND mailbox IS NOT NULL",
                   {std::string(petition)}));
  return waiting + others;
}

Result<int64_t> SignatureStore::anonymise(std::string_view petition) {
  GLASS_TRY(const int64_t gone,
            change("DELETE FROM signatures WHERE petition = $1 AND leaf IS NULL",
                   {std::string(petition)}));
  GLASS_TRY(const int64_t empty,
            change("UPDATE signatures SET state = 'anonymised', mailbox = NULL, prefix = '', "
                   "domain = '', address = '', country = '', fill_time = '', asked_ms = 0, "
                   "settled_ms = 0, token = NULL, nonce = '', invalidation = '' "
                   "WHERE petition = $1 AND state <> 'anonymised'",
                   {std::string(petition)}));
  return gone + empty;
}

Status SignatureStore::scrub() {
  GLASS_TRY_STATUS(database_->scrub("signatures"));
  return database_->scrub("signing_attempts");
}

}  // namespace glass::service
