// A facility's journal: how fast it folds, takes acts for good, and is audited.
//
//   glass_facility_bench --charter charters/example.toml [--folder .] [--seconds 5]
//   glass_facility_bench --charter charters/example.toml --database CONNECTION [--authors 16]
//
// fold: events of as many proposals, each from its submission to its allocation, into one state.
// acts: one author, one act after the other, each durable when the next is signed; and several
// authors at once, who wait for each other's transactions. audit: a journal
// of votes as a stranger reads it, every signature checked, on all cores: of seven events six are
// acts (one opens the vote, five members cast), the seventh follows.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/charter_events.h"
#include "glass/institution/acts/decide.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/proposals/step.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/facility/act_queue.h"
#include "glass/service/facility/audit_journal.h"
#include "glass/service/facility/draft_act.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/system/files.h"
#include "glass/system/machine.h"
#include "glass/system/temporary_folder.h"
#include "glass/system/thread_pool.h"

namespace glass::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kCaller = "office/calls";
constexpr int64_t kStart = 1'767'225'600'000;
constexpr int64_t kYearMs = int64_t{366} * 24 * 3600 * 1000;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void print(std::string_view name, std::string_view unit, double value, double goal) {
  fmt::print("{}\n", to_canonical(Json::Object{
                         {"name", name}, {"unit", unit}, {"ours_median", value}, {"goal", goal}}));
}

std::string id(int64_t number) {
  return fmt::format("{:032x}", number);
}

std::string digest(int64_t number) {
  return fmt::format("{:064x}", number);
}

institution::Event checked(const std::string& proposal, institution::Step step,
                           std::string_view outcome) {
  institution::ProposalChecked event{.proposal = proposal,
                                     .step = std::string(to_text(step)),
                                     .outcome = std::string(outcome),
                                     .reasons = digest(7)};
  if (outcome == "levelled") event.level = 1;
  if (step == institution::Step::kAllocation) event.minutes = 1000;
  return institution::ProposalEvent(std::move(event));
}

institution::Event submitted(const std::string& proposal) {
  return institution::ProposalEvent(
      institution::ProposalSubmitted{.proposal = proposal,
                                     .call = id(1),
                                     .terms = {.title = digest(2),
                                               .summary = digest(3),
                                               .team = {},
                                               .members = {"FR"},
                                               .minutes = 1000,
                                               .teraflops = 1,
                                               .recipe = digest(4),
                                               .data = {digest(5)},
                                               .release = "open-weights"}});
}

// The life of one proposal, eight events.
void add_proposal(std::vector<institution::Event>& events, int64_t number) {
  using enum institution::Step;
  const std::string proposal = id(1000 + number);
  events.push_back(submitted(proposal));
  events.push_back(checked(proposal, kAdministrativeCheck, "eligible"));
  events.push_back(checked(proposal, kTechnicalCheck, "feasible"));
  events.push_back(checked(proposal, kDataRightsCheck, "cleared"));
  events.push_back(checked(proposal, kSafetyCheck, "levelled"));
  events.emplace_back(institution::ProposalEvent(institution::ProposalMoved{
      .proposal = proposal, .step = "expert-review", .outcome = "reviewed"}));
  events.push_back(checked(proposal, kPanelReview, "approved"));
  events.push_back(checked(proposal, kAllocation, "approved"));
}

Status fold(const institution::Charter& charter, int64_t proposals) {
  std::vector<institution::Event> events;
  for (int64_t i = 0; i < proposals; ++i) add_proposal(events, i);
  institution::State state;
  evolve(state,
         institution::CharterEvent(
             institution::FacilityFounded{.charter = charter.settings(), .seats = {}}),
         {.seat = "", .digest = digest(1), .at_ms = kStart});
  evolve(state,
         institution::ProposalEvent(institution::CallOpened{.call = id(1),
                                                            .text = digest(6),
                                                            .opens_ms = kStart,
                                                            .closes_ms = kStart + 1,
                                                            .most_minutes = 1000}),
         {.seat = "office/calls", .digest = digest(1), .at_ms = kStart});
  const institution::ActContext context{
      .seat = "office/calls", .digest = digest(9), .at_ms = kStart};
  const auto begin = Clock::now();
  for (const institution::Event& event : events) {
    evolve(state, event, context);
    state.touched_proposals.clear();  // as what looks for consequences does
  }
  const double seconds = seconds_since(begin);
  if (std::ssize(state.proposals.all()) != proposals)
    return fail(ErrorCode::kMismatch, "the fold lost proposals");
  print("facility fold", "events/s", static_cast<double>(events.size()) / seconds, 1e6);
  return {};
}

crypto::SecretKey numbered_key(uint8_t number) {
  std::array<uint8_t, 32> seed{};
  seed[0] = number;
  return crypto::SecretKey::from_seed(seed);
}

Status acts(system::Files& files, const system::Path& folder, const std::string& charter,
            double seconds) {
  const crypto::SecretKey key = numbered_key(1);
  GLASS_TRY_STATUS(service::found_facility(files, folder, charter, "charter",
                                           {{"office/registrar", key}}, "", kStart)
                       .map([](const auto&) {}));
  GLASS_TRY(service::Facility facility, service::Facility::open(files, folder));
  int64_t count = 0;
  std::vector<double> milliseconds;
  const auto begin = Clock::now();
  while (seconds_since(begin) < seconds) {
    const auto before = Clock::now();
    GLASS_TRY(
        const institution::Act act,
        service::draft_act(facility.state(), key.public_key(),
                           institution::SeatEvent(institution::SeatOpened{
                               .seat = id(10'000 + count), .member = "DE", .institution = id(2)}),
                           kStart));
    record::Statement statement = service::statement_of(act);
    record::sign(statement, key);
    GLASS_TRY_STATUS(facility.take(statement, kStart + count).map([](const auto&) {}));
    milliseconds.push_back(1e3 * seconds_since(before));
    ++count;
  }
  print("facility acts, SQLite", "acts/s", static_cast<double>(count) / seconds_since(begin), 500);

  return {};
}

using Keys = std::map<std::string, crypto::SecretKey>;

// Of seats that may hand in proposals, as all may.
Keys author_keys(const institution::Charter& charter, int64_t authors) {
  Keys keys;
  for (const institution::SeatSettings& seat : charter.settings().seats) {
    if (seat.name != kCaller && std::ssize(keys) < authors)
      keys.emplace(seat.name, numbered_key(static_cast<uint8_t>(2 + keys.size())));
  }
  return keys;
}

record::Statement signed_by(const crypto::SecretKey& key, institution::Act act) {
  record::Statement statement = service::statement_of(act);
  record::sign(statement, key);
  return statement;
}

// Authors who all hand in proposals at once, each after their last one was taken.
Status many_authors(service::ActQueue& queue, const std::string& facility, const Keys& keys,
                    std::string_view kind, double seconds) {
  std::atomic<int64_t> count = 0;
  std::vector<Status> ended(keys.size());
  std::vector<std::thread> authors;
  const auto begin = Clock::now();
  for (const auto& [seat, key] : keys) {
    const auto which = std::ssize(authors);
    authors.emplace_back([&, which] {
      for (int64_t i = 1; seconds_since(begin) < seconds; ++i) {
        institution::Event event = submitted(id((which + 1) * 100'000'000 + i));
        const auto taken = queue.take(signed_by(key, {.facility = facility,
                                                      .seat = seat,
                                                      .number = i,
                                                      .sees = facility,
                                                      .event = std::move(event)}),
                                      kStart);
        if (!taken) return void(ended[static_cast<size_t>(which)] = tl::unexpected(taken.error()));
        ++count;
      }
    });
  }
  for (std::thread& author : authors) author.join();
  for (const Status& one : ended) GLASS_TRY_STATUS(one);
  print(fmt::format("facility acts of {} at once, {}", keys.size(), kind), "acts/s",
        static_cast<double>(count) / seconds_since(begin), kind == "SQLite" ? 500 : 1000);
  return {};
}

Status many_acts(system::Files& files, const system::Path& folder, const std::string& charter_text,
                 const institution::Charter& charter, const std::string& database, int64_t authors,
                 double seconds) {
  const Keys keys = author_keys(charter, authors);
  Keys seats = keys;
  const crypto::SecretKey caller = numbered_key(1);
  seats.emplace(kCaller, caller);
  GLASS_TRY(
      const crypto::Digest founding,
      service::found_facility(files, folder, charter_text, "charter", seats, database, kStart));
  const std::string name = to_hex(founding.bytes);
  GLASS_TRY(service::Facility facility, service::Facility::open(files, folder));
  service::ActQueue queue(facility);
  const institution::CallOpened call{.call = id(1),
                                     .text = digest(6),
                                     .opens_ms = kStart,
                                     .closes_ms = kStart + 1,
                                     .most_minutes = 1000};
  const record::Statement opened = signed_by(caller, {.facility = name,
                                                      .seat = kCaller,
                                                      .number = 1,
                                                      .sees = name,
                                                      .event = institution::ProposalEvent(call)});
  GLASS_TRY_STATUS(queue.take(opened, kStart).map([](const auto&) {}));
  return many_authors(queue, name, keys, database.empty() ? "SQLite" : "PostgreSQL", seconds);
}

// A journal in memory: acts are decided as a facility decides them, and nothing is made durable.
class WrittenJournal {
 public:
  explicit WrittenJournal(const crypto::SecretKey& registrar) : registrar_(registrar) {}

  Status put(const std::string& seat, institution::Event event) {
    const crypto::SecretKey& key = keys_.at(seat);
    GLASS_TRY(const institution::Act act,
              service::draft_act(state_, key.public_key(), std::move(event), kStart));
    record::Statement statement = service::statement_of(act);
    record::sign(statement, key);
    return append(statement);
  }

  Status found(const institution::Charter& charter) {
    institution::FacilityFounded founded{.charter = charter.settings(), .seats = {}};
    record::Statement statement;
    uint8_t number = 2;
    keys_.emplace("office/registrar", registrar_);
    for (const char* member : {"DE", "FR", "IT", "ES", "PL"})
      keys_.emplace(fmt::format("council/{}-1", member), numbered_key(number++));
    for (const auto& [seat, key] : keys_)
      founded.seats.push_back({.seat = seat,
                               .key = crypto::to_text(key.public_key()),
                               .person = id(number++),
                               .until_ms = seat.starts_with("council") ? kStart + kYearMs : 0});
    statement = service::statement_of({.facility = "",
                                       .seat = "",
                                       .number = 0,
                                       .sees = digest(1),
                                       .event = institution::CharterEvent(founded)});
    for (const auto& [seat, key] : keys_) record::sign(statement, key);
    return append(statement);
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Status append(const record::Statement& statement) {
    GLASS_TRY(const institution::SignedAct act, service::signed_act(statement));
    service::JournalEntry entry{
        .number = count_++, .at_ms = kStart, .previous = last_, .act = statement, .follows = {}};
    GLASS_TRY(entry.follows, institution::take(state_, act, kStart));
    const std::string line = service::to_line(entry);
    last_ = crypto::sha256(line);
    text_ += line + "\n";
    return {};
  }

  crypto::SecretKey registrar_;
  std::map<std::string, crypto::SecretKey> keys_;
  institution::State state_;
  int64_t count_ = 0;
  crypto::Digest last_ = crypto::sha256(std::string_view());
  std::string text_;
};

Status put_vote(WrittenJournal& journal, int64_t number) {
  GLASS_TRY_STATUS(journal.put(
      "office/registrar", institution::VoteEvent(institution::VoteOpened{.vote = id(number),
                                                                         .matter = "seat",
                                                                         .about = id(1),
                                                                         .content = digest(number),
                                                                         .body = "council",
                                                                         .rule = "simple-majority",
                                                                         .days = 30,
                                                                         .recused = {}})));
  for (const char* member : {"DE", "FR", "IT", "ES", "PL"}) {
    GLASS_TRY_STATUS(
        journal.put(fmt::format("council/{}-1", member),
                    institution::VoteEvent(institution::VoteCast{
                        .vote = id(number), .ballot = "yes", .reasons = digest(number)})));
  }
  return {};
}

Status audit(system::Files& files, const system::Path& folder, const institution::Charter& charter,
             int64_t votes) {
  {
    WrittenJournal journal(numbered_key(1));
    GLASS_TRY_STATUS(journal.found(charter));
    for (int64_t i = 0; i < votes; ++i) GLASS_TRY_STATUS(put_vote(journal, 10'000 + i));
    GLASS_TRY_STATUS(files.make_folders(folder));
    GLASS_TRY_STATUS(files.write_atomic(folder / "journal.jsonl", as_bytes(journal.text())));
  }
  system::ThreadPool pool(system::this_machine().cores);
  const auto begin = Clock::now();
  const std::clock_t begin_cpu = std::clock();
  GLASS_TRY(const service::Audit found, service::audit_journal(files, folder, pool));
  const double seconds = seconds_since(begin);
  const double cpu = static_cast<double>(std::clock() - begin_cpu) / CLOCKS_PER_SEC;
  print("facility audit, every signature", "events/s", static_cast<double>(found.events) / seconds,
        1e5);
  print("facility audit, seconds of processors for 1,000,000 events", "s",
        cpu * 1e6 / static_cast<double>(found.events), 20);
  return {};
}

Status run(const std::string& charter_file, const std::string& folder, const std::string& database,
           double seconds, int64_t authors, int64_t proposals, int64_t votes) {
  system::Files& files = system::posix_files();
  GLASS_TRY(const std::string text, files.read_text(charter_file));
  GLASS_TRY(const auto charter,
            institution::Charter::read(text, charter_file, institution::act_names()));
  const system::Path place = system::Path(folder) / "facility-bench";
  GLASS_TRY_STATUS(files.remove_all(place));
  Status done;
  if (database.empty()) {
    done = fold(charter, proposals);
    if (done) done = acts(files, place / "one", text, seconds);
  }
  if (done) done = many_acts(files, place / "many", text, charter, database, authors, seconds);
  if (done && database.empty()) done = audit(files, place / "audited", charter, votes);
  GLASS_TRY_STATUS(files.remove_all(place));
  return done;
}

}  // namespace
}  // namespace glass::bench

int main(int argc, char** argv) {
  std::string charter, folder = ".", database;
  double seconds = 5;
  int64_t authors = 16, proposals = 125'000, votes = 20'000;
  CLI::App app("How fast a facility's journal folds, takes acts for good, and is audited");
  app.add_option("--charter", charter, "charter.toml")->required();
  app.add_option("--folder", folder, "on the disk to be measured");
  app.add_option("--database", database,
                 "an empty database of PostgreSQL, by a libpq connection: only acts are measured");
  app.add_option("--authors", authors, "who put acts in at once")->check(CLI::Range(1, 16));
  app.add_option("--seconds", seconds, "of taking acts");
  app.add_option("--proposals", proposals, "whose events are folded, eight each");
  app.add_option("--votes", votes, "that are audited, seven events each");
  CLI11_PARSE(app, argc, argv);
  const glass::Status status =
      glass::bench::run(charter, folder, database, seconds, authors, proposals, votes);
  if (status) return 0;
  fmt::print(stderr, "{}\n", status.error().message);
  return glass::exit_code(status.error().code);
}
