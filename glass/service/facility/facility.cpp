#include "glass/service/facility/facility.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/acts/decide.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/charter/charter.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/journal/journal.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/service/facility/journal_fold.h"
#include "glass/service/facility/random_id.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

constexpr std::string_view kSettingsName = "facility.json";
constexpr std::string_view kDatabaseName = "journal.sqlite";
constexpr std::string_view kSqlitePrefix = "sqlite:";
constexpr std::string_view kSettingsKind = "glass-facility-1";
constexpr int64_t kLinesPerRead = 4096;
constexpr int kTries = 8;  // at going on from where another writer has ended
constexpr int64_t kMonthMs = int64_t{30} * 24 * 3600 * 1000;

// The first term of a seat: that of its body, in months of 30 days; none for an office.
int64_t first_term_end_ms(const institution::Charter& charter,
                          const institution::SeatSettings& seat, int64_t now_ms) {
  const auto* body = charter.body(seat.body);
  if (body == nullptr || body->term_months == 0) return 0;
  return now_ms + body->term_months * kMonthMs;
}

Result<institution::FacilityFounded> founding(std::string_view charter_toml,
                                              std::string_view charter_name,
                                              const std::map<std::string, crypto::SecretKey>& seats,
                                              int64_t now_ms) {
  GLASS_TRY(const auto charter,
            institution::Charter::read(charter_toml, charter_name, institution::act_names()));
  institution::FacilityFounded founded;
  founded.charter = charter.settings();
  for (const auto& [name, key] : seats) {
    const auto* seat = charter.seat(name);
    if (seat == nullptr)
      return invalid_input(fmt::format("{} names no seat '{}'", charter_name, name));
    founded.seats.push_back({.seat = name,
                             .key = crypto::to_text(key.public_key()),
                             .person = random_id(),
                             .until_ms = first_term_end_ms(charter, *seat, now_ms)});
  }
  if (seats.empty())
    return invalid_input(
        "a facility is founded by those who hold its first seats; name at least one, "
        "such as --seat office/registrar=KEYFILE");
  return founded;
}

}  // namespace

bool is_facility(system::Files& files, const system::Path& folder) {
  return files.exists(folder / kSettingsName);
}

Result<std::unique_ptr<record::Journal>> journal_of(system::Files& files,
                                                    const system::Path& folder) {
  GLASS_TRY(const std::string database, database_of(files, folder));
  return open_journal(folder, database);
}

Result<std::string> database_of(system::Files& files, const system::Path& folder) {
  const system::Path file = folder / kSettingsName;
  if (!is_facility(files, folder))
    return fail(ErrorCode::kNotFound,
                fmt::format("{} is no facility; `glass facility init {}` makes one",
                            system::path_text(folder), system::path_text(folder)));
  GLASS_TRY(const std::string text, files.read_text(file));
  const auto read = [&]() -> Result<std::string> {
    GLASS_TRY(const Json json, parse_json(text));
    GLASS_TRY(const std::string kind, json.get_string("kind"));
    if (kind != kSettingsKind) return invalid_input(fmt::format("it is a {}", kind));
    return json.get_string("database");
  }();
  if (!read) return in_context(system::path_text(file), read.error());
  return read;
}

Status set_database(system::Files& files, const system::Path& folder, const std::string& database) {
  const Json settings = Json::Object{{"kind", kSettingsKind}, {"database", database}};
  return files.write_atomic(folder / kSettingsName, as_bytes(to_pretty(settings)));
}

Result<std::unique_ptr<record::Journal>> open_journal(const system::Path& folder,
                                                      const std::string& database) {
  if (database.empty()) return record::open_sqlite_journal(folder / kDatabaseName);
  if (database.starts_with(kSqlitePrefix))
    return record::open_sqlite_journal(folder / database.substr(kSqlitePrefix.size()));
  return record::open_postgres_journal(database);
}

Status Facility::open_journal() {
  GLASS_TRY(const std::string database, database_of(*files_, folder_));
  if (journal_ != nullptr && database == database_) return {};
  GLASS_TRY(journal_, service::open_journal(folder_, database));
  database_ = database;
  return {};
}

Result<Facility> Facility::open(system::Files& files, const system::Path& folder) {
  Facility facility(files, folder);
  GLASS_TRY_STATUS(facility.open_journal());
  GLASS_TRY_STATUS(facility.catch_up());
  if (!facility.state().is_founded())
    return fail(
        ErrorCode::kCorruption,
        fmt::format("the journal of {} is empty; restore it from a copy, or remove the folder "
                    "and found the facility anew",
                    system::path_text(folder)));
  return facility;
}

Status Facility::catch_up() {
  while (true) {
    GLASS_TRY(const auto lines, journal_->read(fold_.count(), kLinesPerRead));
    if (lines.empty()) {
      GLASS_TRY(const bool was_moved, follow_move());
      if (!was_moved) return {};
    }
    for (const record::JournalLine& line : lines) {
      auto read = read_line(line.text);
      if (!read)
        return in_context(fmt::format("{}, entry {}", system::path_text(folder_), line.number),
                          std::move(read).error());
      GLASS_TRY_STATUS(fold_.take(*read));
    }
  }
}

// Of a sealed journal there may be more elsewhere.
Result<bool> Facility::follow_move() {
  GLASS_TRY(const bool is_sealed, journal_->is_sealed());
  if (!is_sealed) return false;
  const std::string before = database_;
  GLASS_TRY_STATUS(open_journal());
  return database_ != before;
}

void Facility::pass(const JournalEntry& entry, Ahead& ahead) {
  ahead.push_back(to_line(entry));
  fold_.pass(crypto::sha256(ahead.back()), entry.act.has_value(),
             std::ssize(entry.follows) + (entry.act ? 1 : 0));
}

Status Facility::append(const record::JournalHead& known, const Ahead& ahead) {
  if (ahead.empty()) return {};
  const auto appended = journal_->append(known, ahead);
  if (appended) return {};
  fold_ = JournalFold();
  GLASS_TRY_STATUS(catch_up());
  return tl::unexpected(appended.error());
}

Result<int64_t> Facility::decide_what_is_due(int64_t now_ms, Ahead& ahead) {
  const int64_t at_ms = std::max(now_ms, state().at_ms);
  const auto due_ms = institution::next_due_ms(state());
  if (!due_ms || *due_ms > at_ms) return 0;
  JournalEntry entry{.number = fold_.count(),
                     .at_ms = at_ms,
                     .previous = fold_.digest(),
                     .act = {},
                     .follows = {}};
  GLASS_TRY(entry.follows, institution::tick(fold_.state(), at_ms));
  pass(entry, ahead);
  return 1;
}

Result<TakenAct> Facility::decide(const record::Statement& act, int64_t now_ms, Ahead& ahead) {
  GLASS_TRY(const institution::SignedAct signed_one, signed_act(act));
  GLASS_TRY_STATUS(decide_what_is_due(now_ms, ahead).map([](int64_t) {}));
  const int64_t at_ms = std::max(now_ms, state().at_ms);
  JournalEntry entry{.number = fold_.count(),
                     .at_ms = at_ms,
                     .previous = fold_.digest(),
                     .act = act,
                     .follows = {}};
  GLASS_TRY(entry.follows, institution::take(fold_.state(), signed_one, at_ms));
  pass(entry, ahead);
  return TakenAct{.number = entry.number,
                  .digest = record::payload_digest(act),
                  .follows = std::move(entry.follows)};
}

Result<int64_t> Facility::wait(int64_t now_ms) {
  Ahead ahead;
  const record::JournalHead known = head();
  GLASS_TRY(const int64_t entries, decide_what_is_due(now_ms, ahead));
  GLASS_TRY_STATUS(append(known, ahead));
  return entries;
}

Result<TakenAct> Facility::take(const record::Statement& act, int64_t now_ms) {
  return std::move(take_together({&act, 1}, now_ms).front());
}

std::vector<Result<TakenAct>> Facility::take_together(std::span<const record::Statement> acts,
                                                      int64_t now_ms) {
  GLASS_CHECK(acts.size() <= kMostActsTogether);
  Status appended = catch_up();
  for (int tries = 0; appended && tries < kTries; ++tries) {
    Ahead ahead;
    const record::JournalHead known = head();
    std::vector<Result<TakenAct>> taken;
    for (const record::Statement& act : acts) taken.push_back(decide(act, now_ms, ahead));
    appended = append(known, ahead);
    if (appended) return taken;
    // One line that no journal takes is no reason to refuse the others.
    if (appended.error().code == ErrorCode::kInvalidInput && acts.size() > 1)
      return take_each(acts, now_ms);
    // Another writer was faster: what it wrote was read, and all is decided anew.
    if (appended.error().code == ErrorCode::kRefused && tries + 1 < kTries) appended = {};
  }
  return {acts.size(), tl::unexpected(appended.error())};
}

std::vector<Result<TakenAct>> Facility::take_each(std::span<const record::Statement> acts,
                                                  int64_t now_ms) {
  std::vector<Result<TakenAct>> taken;
  for (const record::Statement& act : acts) taken.push_back(take(act, now_ms));
  return taken;
}

Result<crypto::Digest> found_facility(system::Files& files, const system::Path& folder,
                                      std::string_view charter_toml, std::string_view charter_name,
                                      const std::map<std::string, crypto::SecretKey>& seats,
                                      const std::string& database, int64_t now_ms) {
  if (is_facility(files, folder))
    return fail(ErrorCode::kRefused, fmt::format("{} is a facility already; name another folder",
                                                 system::path_text(folder)));
  institution::Act act;
  GLASS_TRY(auto founded, founding(charter_toml, charter_name, seats, now_ms));
  act.event = institution::CharterEvent(std::move(founded));
  act.sees = to_hex(crypto::sha256(charter_toml).bytes);
  record::Statement statement = statement_of(act);
  for (const auto& [name, key] : seats) record::sign(statement, key);

  GLASS_TRY(const institution::SignedAct signed_one, signed_act(statement));
  institution::State state;
  GLASS_TRY_STATUS(institution::take(state, signed_one, now_ms).map([](const auto&) {}));
  GLASS_TRY_STATUS(files.make_folders(folder));
  GLASS_TRY(const auto journal, open_journal(folder, database));
  const JournalFold empty;
  const JournalEntry entry{
      .number = 0, .at_ms = now_ms, .previous = empty.digest(), .act = statement, .follows = {}};
  const std::vector<std::string> lines = {to_line(entry)};
  GLASS_TRY_STATUS(journal->append(record::empty_journal_head(), lines).map([](const auto&) {}));
  GLASS_TRY_STATUS(set_database(files, folder, database));
  return record::payload_digest(statement);
}

}  // namespace glass::service
