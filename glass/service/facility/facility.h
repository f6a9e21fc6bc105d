// Facility: a folder in which a facility is governed: its journal, and the texts that its acts
// commit to. Acts come in, are decided by the charter alone, and stand in the journal for good.
//
//   facility.json    where the journal is kept: {"database":"","kind":"glass-facility-1"}
//   journal.sqlite   the journal, unless `database` names another place: "sqlite:FILE", from the
//                    folder, or a connection of PostgreSQL
//   texts/           what acts commit to, each with its salt; may be erased
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/journal/journal.h"
#include "glass/service/facility/journal_fold.h"
#include "glass/system/files.h"

namespace glass::service {

struct TakenAct {
  int64_t number = 0;     // of its entry
  crypto::Digest digest;  // of the act: what others call it by
  std::vector<institution::Event> follows;
};

class Facility {
 public:
  // Reads and checks the whole journal. kNotFound if the folder holds no facility.
  [[nodiscard]] static Result<Facility> open(system::Files& files, const system::Path& folder);

  [[nodiscard]] const institution::State& state() const { return fold_.state(); }

  [[nodiscard]] const JournalFold& fold() const { return fold_; }

  // What others have written since.
  [[nodiscard]] Status catch_up();

  // Decides a signed act, after whatever is due by then, and makes it durable. kRefused names the
  // right or rule; then only the clock has gone on. `now_ms` before the last entry's counts as
  // that.
  [[nodiscard]] Result<TakenAct> take(const record::Statement& act, int64_t now_ms);

  // The same of several, each decided after those before it, and made durable at once: an answer
  // for each, and none before all are durable. REQUIRES: at most kMostActsTogether.
  [[nodiscard]] std::vector<Result<TakenAct>> take_together(std::span<const record::Statement> acts,
                                                            int64_t now_ms);

  // Does what is due by then; how many entries that made.
  [[nodiscard]] Result<int64_t> wait(int64_t now_ms);

 private:
  Facility(system::Files& files, system::Path folder)
      : files_(&files), folder_(std::move(folder)) {}

  // Where its journal is kept now: of a sealed one there may be another.
  [[nodiscard]] Status open_journal();
  [[nodiscard]] Result<bool> follow_move();

  // Entries that the state has gone past, and the journal not yet.
  using Ahead = std::vector<std::string>;

  [[nodiscard]] std::vector<Result<TakenAct>> take_each(std::span<const record::Statement> acts,
                                                        int64_t now_ms);
  void pass(const JournalEntry& entry, Ahead& ahead);
  [[nodiscard]] Result<TakenAct> decide(const record::Statement& act, int64_t now_ms, Ahead& ahead);
  [[nodiscard]] Result<int64_t> decide_what_is_due(int64_t now_ms, Ahead& ahead);

  // Appends them to where the journal stood at. If that fails, the journal is read again: the state
  // had run ahead of it.
  [[nodiscard]] Status append(const record::JournalHead& known, const Ahead& ahead);

  [[nodiscard]] record::JournalHead head() const {
    return {.count = fold_.count(), .digest = fold_.digest()};
  }

  system::Files* files_;
  system::Path folder_;
  std::string database_;
  std::unique_ptr<record::Journal> journal_;
  JournalFold fold_;
};

// Lines of so many acts are appended in one transaction, however long they are.
inline constexpr size_t kMostActsTogether = 32;

// Whether a folder holds a facility.
bool is_facility(system::Files& files, const system::Path& folder);

// Where its journal is kept. kNotFound if the folder holds no facility.
[[nodiscard]] Result<std::unique_ptr<record::Journal>> journal_of(system::Files& files,
                                                                  const system::Path& folder);

// What facility.json says: empty, or as above. kNotFound if the folder holds no facility.
[[nodiscard]] Result<std::string> database_of(system::Files& files, const system::Path& folder);

// Durable and at once: whoever opens the facility next finds its journal there.
[[nodiscard]] Status set_database(system::Files& files, const system::Path& folder,
                                  const std::string& database);

// The journal in a database that facility.json could name, made if it is absent.
[[nodiscard]] Result<std::unique_ptr<record::Journal>> open_journal(const system::Path& folder,
                                                                    const std::string& database);

// Makes the folder and the founding act, signed by the keys of all seats that are held from the
// start, by the seat's name. `database` is a connection of PostgreSQL, or empty. kRefused if the
// folder is there already. Returns the digest of the founding act: the facility's name in acts.
[[nodiscard]] Result<crypto::Digest> found_facility(
    system::Files& files, const system::Path& folder, std::string_view charter_toml,
    std::string_view charter_name, const std::map<std::string, crypto::SecretKey>& seats,
    const std::string& database, int64_t now_ms);

}  // namespace glass::service
