#include "glass/cli/facility_verbs.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/base/units_text.h"
#include "glass/cli/door.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/decide.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/run_facts.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/runs/run_book.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/journal_file.h"
#include "glass/service/facility/audit_journal.h"
#include "glass/service/facility/draft_act.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/service/facility/move_facility.h"
#include "glass/service/facility/texts.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/machine.h"
#include "glass/system/thread_pool.h"

namespace glass::cli {
namespace {

using Action = std::function<int()>;

const std::vector<ActVerb>& short_verbs() {
  static const std::vector<ActVerb> kVerbs = {
      {"propose",
       "Hand in a proposal",
       "proposal.submitted",
       {{"call", "The call that it answers"}}},
      {"review",
       "Give a review with the key of its slot",
       "review.given",
       {{"proposal", "Which"}, {"slot", "The slot: its public key"}}},
      {"vote",
       "Cast the ballot of your seat",
       "vote.cast",
       {{"vote", "Which"}, {"ballot", "yes, no or abstain"}}},
      {"clear", "Approve that a run starts, or goes on", "run.approved", {{"run", "Which"}}},
      {"stop", "Stop a run: one is enough", "run.stop_asked", {{"run", "Which"}}},
      {"object", "Object to the use of works", "objection.filed", {}},
  };
  return kVerbs;
}

struct FacilityFlags {
  std::string folder, charter, database, out, kind, event, key;
  std::vector<std::string> seats, assignments, also;
  bool json = false, dry_run = false;
};

using FacilityVerb = Status (*)(const FacilityFlags&);

int64_t now_ms() {
  return system::posix_clock().unix_ms();
}

// The key of a file, made if there is none, which is told.
Result<crypto::SecretKey> key_of(const std::string& file) {
  if (files().exists(file)) return crypto::SecretKey::load(files(), file);
  const crypto::SecretKey key = crypto::SecretKey::generate();
  GLASS_TRY_STATUS(key.save(files(), file));
  fmt::print(stderr, "A new key was made: {}\n", file);
  return key;
}

Result<institution::Charter> read_charter(const std::string& file) {
  GLASS_TRY(const std::string text, files().read_text(file));
  return institution::Charter::read(text, file, institution::act_names());
}

Status check(const FacilityFlags& flags) {
  GLASS_TRY(const institution::Charter charter, read_charter(flags.charter));
  const auto& settings = charter.settings();
  if (flags.json) {
    fmt::print("{}\n", to_canonical(institution::to_json(settings)));
    return {};
  }
  fmt::print(
      "{}: nothing contradicts itself.\n  members    {}\n  bodies     {}\n  seats      {}\n"
      "  rules      {}\n  decisions  {}\n  rights     {}\n",
      settings.name, settings.members.size(), settings.bodies.size(), settings.seats.size(),
      settings.rules.size(), settings.decisions.size(), settings.rights.size());
  return {};
}

Result<std::map<std::string, crypto::SecretKey>> seat_keys(const std::vector<std::string>& seats) {
  std::map<std::string, crypto::SecretKey> keys;
  for (const std::string& one : seats) {
    const size_t equals = one.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == one.size())
      return invalid_input(fmt::format("--seat {}: write SEAT=KEYFILE", one));
    GLASS_TRY(const crypto::SecretKey key, key_of(one.substr(equals + 1)));
    if (!keys.emplace(one.substr(0, equals), key).second)
      return invalid_input(fmt::format("--seat {}: the seat is named twice", one));
  }
  return keys;
}

Status init(const FacilityFlags& flags) {
  GLASS_TRY(const std::string charter, files().read_text(flags.charter));
  // What is wrong with the charter is told before any key is made.
  GLASS_TRY_STATUS(read_charter(flags.charter).map([](const auto&) {}));
  GLASS_TRY(const auto keys, seat_keys(flags.seats));
  GLASS_TRY(const crypto::Digest founding,
            service::found_facility(files(), flags.folder, charter, flags.charter, keys,
                                    flags.database, now_ms()));
  if (flags.json) {
    fmt::print("{}\n", to_canonical(Json::Object{{"facility", to_hex(founding.bytes)}}));
    return {};
  }
  fmt::print("Founded in {}, with {} of its seats held.\n  facility  {}\n", flags.folder,
             keys.size(), to_hex(founding.bytes));
  return {};
}

Json follows_json(const std::vector<institution::Event>& follows) {
  Json::Array events;
  for (const institution::Event& event : follows) events.push_back(institution::to_json(event));
  return events;
}

void print_follows(const std::vector<institution::Event>& follows) {
  for (const institution::Event& event : follows)
    fmt::print("  followed  {}\n", to_canonical(institution::to_json(event)));
}

Result<service::Draft> draft_of(const FacilityFlags& flags) {
  if (flags.event.empty()) {
    GLASS_TRY(service::Draft draft, service::draft_event(flags.kind, flags.assignments));
    if (flags.charter.empty()) return draft;
    GLASS_TRY(const institution::Charter charter, read_charter(flags.charter));
    draft.event =
        institution::CharterEvent(institution::CharterProposed{.charter = charter.settings()});
    return draft;
  }
  GLASS_TRY(const std::string text, files().read_text(flags.event));
  GLASS_TRY(const Json json, parse_json(text));
  auto event = institution::event_from_json(json);
  if (!event) return in_context(flags.event, std::move(event).error());
  return service::Draft{.event = std::move(*event), .texts = {}};
}

// Who signs: the seat's key, and those that are to act for a seat from now on.
Result<std::vector<crypto::SecretKey>> signers(const FacilityFlags& flags) {
  std::vector<crypto::SecretKey> keys;
  if (flags.key.empty()) {
    GLASS_TRY(const crypto::SecretKey own, own_key());
    keys.push_back(own);
  } else {
    GLASS_TRY(const crypto::SecretKey key, crypto::SecretKey::load(files(), flags.key));
    keys.push_back(key);
  }
  for (const std::string& file : flags.also) {
    GLASS_TRY(const crypto::SecretKey key, crypto::SecretKey::load(files(), file));
    keys.push_back(key);
  }
  return keys;
}

// The texts of an act that was refused are nobody's. After any other error it may have been taken.
tl::unexpected<Error> forget(const std::string& folder,
                             std::span<const service::CommittedText> texts, const Error& why) {
  for (const service::CommittedText& text : texts) {
    if (why.code != ErrorCode::kRefused) break;
    if (const Status gone = service::forget_text(files(), folder, text); !gone)
      fmt::print(stderr, "{}\n", gone.error().message);
  }
  return tl::unexpected(why);
}

// Signs what was drafted, and puts it into the journal if the charter allows it.
Status sign_and_put(const FacilityFlags& flags, service::Draft draft) {
  GLASS_TRY(service::Facility facility, service::Facility::open(files(), flags.folder));
  GLASS_TRY(const auto keys, signers(flags));
  GLASS_TRY_STATUS(facility.wait(now_ms()).map([](int64_t) {}));
  GLASS_TRY(const institution::Act drafted,
            service::draft_act(facility.state(), keys.front().public_key(), std::move(draft.event),
                               now_ms()));
  if (!flags.json) fmt::print("{}", service::preview(drafted, draft.texts));
  record::Statement statement = service::statement_of(drafted);
  for (const crypto::SecretKey& key : keys) record::sign(statement, key);
  if (flags.dry_run) return {};
  for (const service::CommittedText& text : draft.texts)
    GLASS_TRY_STATUS(service::save_text(files(), flags.folder, text));
  const auto taken = facility.take(statement, now_ms());
  if (!taken) return forget(flags.folder, draft.texts, taken.error());

  if (flags.json) {
    fmt::print("{}\n", to_canonical(Json::Object{{"entry", taken->number},
                                                 {"act", to_hex(taken->digest.bytes)},
                                                 {"event", institution::to_json(drafted.event)},
                                                 {"follows", follows_json(taken->follows)}}));
    return {};
  }
  fmt::print("Taken as entry {}.\n  act       {}\n", taken->number, to_hex(taken->digest.bytes));
  print_follows(taken->follows);
  return {};
}

Status act(const FacilityFlags& flags) {
  GLASS_TRY(service::Draft draft, draft_of(flags));
  return sign_and_put(flags, std::move(draft));
}

Json status_json(const service::JournalFold& fold) {
  const institution::State& state = fold.state();
  int64_t held = 0;
  for (const auto& [name, seat] : state.seats->seats()) held += seat.is_held() ? 1 : 0;
  Json::Object proposals;
  for (const auto& [id, proposal] : state.proposals.all())
    proposals.emplace(id, std::string(institution::to_text(proposal.state)));
  Json::Object runs;
  for (const auto& [id, run] : state.runs.all())
    runs.emplace(id, Json::Object{{"state", institution::to_text(run.state)},
                                  {"level", run.level},
                                  {"minutes", run.minutes},
                                  {"teraflops", run.teraflops},
                                  {"steps", run.steps}});
  return Json::Object{{"facility", state.facility},
                      {"name", state.charter->settings().name},
                      {"entries", fold.count()},
                      {"acts", fold.acts()},
                      {"events", fold.events()},
                      {"head", to_hex(fold.digest().bytes)},
                      {"last", state.at_ms},
                      {"seats", std::ssize(state.seats->seats())},
                      {"held", held},
                      {"proposals", std::move(proposals)},
                      {"runs", std::move(runs)}};
}

Status status(const FacilityFlags& flags) {
  GLASS_TRY(const service::Facility facility, service::Facility::open(files(), flags.folder));
  const Json json = status_json(facility.fold());
  if (flags.json) {
    fmt::print("{}\n", to_canonical(json));
    return {};
  }
  const institution::State& state = facility.state();
  fmt::print(
      "{}\n  facility  {}\n  journal   {} entries, {} events; the last at {}\n  head      {}\n"
      "  seats     {} of {} held\n",
      state.charter->settings().name, state.facility, count_text(facility.fold().count()),
      count_text(facility.fold().events()), time_text(state.at_ms),
      to_hex(facility.fold().digest().bytes), json.get_int("held").value(),
      json.get_int("seats").value());
  for (const auto& [id, proposal] : state.proposals.all())
    fmt::print("  proposal  {}  {}\n", id, institution::to_text(proposal.state));
  for (const auto& [id, run] : state.runs.all()) {
    fmt::print("  run       {}  {} at SL-{}: {} of {} minutes, {} of {} teraflops, {} steps\n", id,
               institution::to_text(run.state), run.level, run.minutes, run.terms.minutes,
               run.teraflops, run.terms.teraflops, run.steps);
    for (const std::string& sentence : institution::awaited(state, run, now_ms()))
      fmt::print("            waits for: {}\n", sentence);
  }
  const auto due_ms = institution::next_due_ms(state);
  if (due_ms) fmt::print("  due       {}\n", time_text(*due_ms));
  return {};
}

Status audit(const FacilityFlags& flags) {
  system::ThreadPool pool(system::this_machine().cores);
  GLASS_TRY(const service::Audit audit, service::audit_journal(files(), flags.folder, pool));
  if (flags.json) {
    fmt::print("{}\n", to_canonical(Json::Object{{"entries", audit.entries},
                                                 {"acts", audit.acts},
                                                 {"events", audit.events},
                                                 {"facility", audit.state.facility},
                                                 {"head", to_hex(audit.head.bytes)}}));
    return {};
  }
  fmt::print(
      "Everything follows: {} entries with {} acts, {} events.\n  facility  {}\n  head      {}\n",
      count_text(audit.entries), count_text(audit.acts), count_text(audit.events),
      audit.state.facility, to_hex(audit.head.bytes));
  return {};
}

Status export_lines(const FacilityFlags& flags) {
  GLASS_TRY(const auto journal, service::journal_of(files(), flags.folder));
  GLASS_TRY(const record::JournalHead head, record::export_journal(*journal, files(), flags.out));
  fmt::print("{}: {} entries.\n", flags.out, count_text(head.count));
  return {};
}

Status move(const FacilityFlags& flags) {
  system::ThreadPool pool(system::this_machine().cores);
  const auto progress = [](int64_t, int64_t) { return Status(); };
  GLASS_TRY(const record::JournalHead head,
            service::move_facility(files(), flags.folder, flags.database, pool, progress));
  if (flags.json) {
    fmt::print("{}\n", to_canonical(Json::Object{{"entries", head.count},
                                                 {"head", to_hex(head.digest.bytes)}}));
    return {};
  }
  fmt::print("The journal is in {} now, audited: {} entries.\n  head      {}\n", flags.database,
             count_text(head.count), to_hex(head.digest.bytes));
  return {};
}

Status acts(const FacilityFlags&) {
  fmt::print("{}", institution::events_reference());
  return {};
}

CLI::App* add_verb(CLI::App& parent, Action& action, const std::shared_ptr<FacilityFlags>& flags,
                   const std::string& name, const std::string& help, FacilityVerb does) {
  CLI::App* verb = parent.add_subcommand(name, help);
  verb->callback(
      [flags, does, &action] { action = [flags, does] { return ended(does(*flags)); }; });
  return verb;
}

void add_json(CLI::App* verb, FacilityFlags& flags) {
  verb->add_flag("--json", flags.json, "Print one JSON object");
}

void add_folder(CLI::App* verb, FacilityFlags& flags) {
  verb->add_option("DIR", flags.folder, "Folder of the facility")->required();
}

// What every act may be given.
void add_act_flags(CLI::App* verb, FacilityFlags& flags) {
  verb->add_option("FIELD", flags.assignments,
                   "KEY=VALUE; \"new\" draws an id, and a text is kept beside the journal");
  verb->add_option("--key", flags.key, "Key of the seat; your own by default");
  verb->add_flag("--dry-run", flags.dry_run, "Only show what would be signed");
  add_json(verb, flags);
}

}  // namespace

void add_act_verb(CLI::App& app, Action& action, const ActVerb& made) {
  auto flags = std::make_shared<FacilityFlags>();
  auto values = std::make_shared<std::vector<std::string>>(made.positions.size());
  CLI::App* verb = app.add_subcommand(made.name, made.help);
  add_folder(verb, *flags);
  for (size_t i = 0; i < made.positions.size(); ++i) {
    std::string name = made.positions[i].first;
    for (char& c : name) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    verb->add_option(name, (*values)[i], made.positions[i].second)->required();
  }
  add_act_flags(verb, *flags);
  flags->kind = made.kind;
  verb->callback([flags, values, &made, &action] {
    for (size_t i = 0; i < values->size(); ++i)
      flags->assignments.push_back(fmt::format("{}={}", made.positions[i].first, (*values)[i]));
    flags->assignments.insert(flags->assignments.end(), made.always.begin(), made.always.end());
    action = [flags] { return ended(act(*flags)); };
  });
}

Status put_act(const std::string& folder, const std::string& key, service::Draft draft, bool json,
               bool dry_run) {
  FacilityFlags flags;
  flags.folder = folder;
  flags.key = key;
  flags.json = json;
  flags.dry_run = dry_run;
  return sign_and_put(flags, std::move(draft));
}

void add_governance(CLI::App& app, Action& action) {
  for (const ActVerb& verb : short_verbs()) add_act_verb(app, action, verb);
}

void add_facility(CLI::App& app, Action& action) {
  auto flags = std::make_shared<FacilityFlags>();
  CLI::App* facility = app.add_subcommand("facility", "Govern a shared facility by its charter");
  facility->require_subcommand(1);

  CLI::App* verb = add_verb(*facility, action, flags, "check",
                            "Tell what contradicts itself in a charter", check);
  verb->add_option("CHARTER", flags->charter, "charter.toml")->required();
  add_json(verb, *flags);

  verb = add_verb(*facility, action, flags, "init", "Found a facility", init);
  add_folder(verb, *flags);
  verb->add_option("--charter", flags->charter, "charter.toml")->required();
  verb->add_option("--seat", flags->seats,
                   "SEAT=KEYFILE, who holds a seat from the start; may be repeated. A file that is "
                   "not there gets a new key")
      ->allow_extra_args(false)
      ->required();
  verb->add_option("--database", flags->database,
                   "Keep the journal in PostgreSQL, by a libpq connection");
  add_json(verb, *flags);

  verb = add_verb(*facility, action, flags, "status", "Tell where it stands", status);
  add_folder(verb, *flags);
  add_json(verb, *flags);

  verb = add_verb(*facility, action, flags, "act",
                  "Sign an act, and put it into the journal if the charter allows it", act);
  add_folder(verb, *flags);
  verb->add_option("KIND", flags->kind, "Such as vote.cast; `glass facility acts` lists them");
  verb->add_option("--event", flags->event,
                   "The whole event as a JSON file, instead of KIND and FIELDs");
  verb->add_option("--charter", flags->charter, "charter.toml that a charter.proposed proposes");
  verb->add_option("--also", flags->also,
                   "Key that is to act for a seat from now on, and signs so; may be repeated")
      ->allow_extra_args(false);
  add_act_flags(verb, *flags);

  add_verb(*facility, action, flags, "acts", "Every act and event, with its fields", acts);

  verb = add_verb(*facility, action, flags, "audit",
                  "Work everything out again from the journal alone", audit);
  verb->add_option("PLACE", flags->folder, "Folder of the facility, or a journal.jsonl")
      ->required();
  add_json(verb, *flags);

  verb = add_verb(*facility, action, flags, "move",
                  "Move the journal to another database, and seal the old one", move);
  add_folder(verb, *flags);
  verb->add_option("--to", flags->database,
                   "sqlite:FILE, from the folder, such as sqlite:journal.sqlite; or a connection "
                   "of PostgreSQL. Where it is already, a move that was broken off is given up")
      ->required();
  add_json(verb, *flags);

  verb = add_verb(*facility, action, flags, "export",
                  "Write the journal as a file of lines, for others to audit", export_lines);
  add_folder(verb, *flags);
  verb->add_option("--out", flags->out, "File to write, such as journal.jsonl")->required();
}

}  // namespace glass::cli
