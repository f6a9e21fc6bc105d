#include "glass/cli/log_verbs.h"

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/cli/door.h"
#include "glass/cli/named_log.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/release_fetch/release_url.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/proof_lines.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/tlog/verify_entry.h"
#include "glass/service/log/http_source.h"
#include "glass/service/log/log.h"
#include "glass/service/log/log_server.h"
#include "glass/service/log/log_statements.h"
#include "glass/service/log/watch_log.h"
#include "glass/service/log/witness_server.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/interrupt.h"

namespace glass::cli {
namespace {

using Action = std::function<int()>;

struct LogFlags {
  std::string folder;
  NamedLog taker{.place = {}, .key = {}, .policy = {}, .key_flag = "--key"};  // of what is appended
  std::string origin, database;
  std::vector<std::string> entries;
  bool lines = false, statements = false;
  std::optional<int64_t> index;
  int64_t old_size = -1;  // none
  std::string proof, entry;
  std::vector<std::string> keys;
  std::string policy;
  std::string out;
  std::string listen = "127.0.0.1:8080";
  bool takes_entries = false;
  std::string name, state;
  int64_t every_seconds = 0;  // 0: once
  bool json = false;
};

using LogVerb = Status (*)(const LogFlags&);

std::string entries_text(int64_t count) {
  return count_text(count) + (count == 1 ? " entry" : " entries");
}

Json to_json(const service::LogState& log) {
  return Json::Object{{"origin", log.key.name},
                      {"key", record::to_text(log.key)},
                      {"size", log.tree.size},
                      {"root", crypto::to_text(log.tree.root)}};
}

void print_log(const service::LogState& log, bool json) {
  if (json) {
    fmt::print("{}\n", to_canonical(to_json(log)));
    return;
  }
  fmt::print("  origin   {}\n  key      {}\n  entries  {}\n  root     {}\n", log.key.name,
             record::to_text(log.key), count_text(log.tree.size), crypto::to_text(log.tree.root));
}

Status init(const LogFlags& flags) {
  GLASS_TRY(const service::LogState log,
            service::init_log(files(), flags.folder, flags.origin, flags.database));
  if (!flags.json)
    fmt::print("An empty log in {}. Publish its key; serve {} with any web server.\n", flags.folder,
               (system::Path(flags.folder) / "public").string());
  print_log(log, flags.json);
  return {};
}

Status show(const LogFlags& flags) {
  GLASS_TRY(const service::LogState log, service::show_log(files(), flags.folder));
  print_log(log, flags.json);
  return {};
}

// Each file is an entry, or each of its lines.
Result<std::vector<Bytes>> read_entries(const LogFlags& flags) {
  std::vector<Bytes> entries;
  for (const std::string& file : flags.entries) {
    GLASS_TRY(Bytes bytes, files().read(file));
    if (!flags.lines) {
      entries.push_back(std::move(bytes));
      continue;
    }
    std::string_view text = as_text(bytes);
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      entries.emplace_back(line.begin(), line.end());
      text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
  }
  if (entries.empty()) return invalid_input("there is nothing to append: all files are empty");
  return entries;
}

// Each file is a signed statement; its text lies beside the log afterwards. All are posted before
// the first is proved, which may take a while where others cosign.
Status append_statements(const LogFlags& flags) {
  GLASS_TRY(const auto log, open_named(flags.taker));
  GLASS_TRY_STATUS(log->open().map([](const auto&) {}));
  std::vector<std::pair<record::Statement, int64_t>> posted;
  for (const std::string& file : flags.entries) {
    const auto told = [&](Error error) { return in_context(file, std::move(error)); };
    GLASS_TRY(const std::string text, files().read_text(file));
    auto statement = record::parse_statement(text);
    if (!statement) return told(statement.error());
    const auto entry = log->post(*statement);
    if (!entry) return told(entry.error());
    if (!flags.json)
      fmt::print("{}: entry {}{}.\n", file, entry->index,
                 entry->was_there ? ", where it was before" : "");
    posted.emplace_back(std::move(*statement), entry->index);
  }
  std::fflush(stdout);
  Json::Array indices;
  for (const auto& [statement, index] : posted) {
    GLASS_TRY_STATUS(log->prove(statement, index).map([](const auto&) {}));
    indices.emplace_back(index);
  }
  GLASS_TRY(const service::OpenedLog opened, log->open());
  if (!flags.json) {
    print_log(opened.state, false);
    return {};
  }
  Json json = to_json(opened.state);
  (*json.if_object())["entries"] = std::move(indices);
  fmt::print("{}\n", to_canonical(json));
  return {};
}

Status append(const LogFlags& flags) {
  if (flags.statements) return append_statements(flags);
  if (record::is_url(flags.taker.place) || !flags.taker.key.empty() || !flags.taker.policy.empty())
    return invalid_input(
        "a log at a URL takes signed statements: say --statements. Other entries are posted to "
        "/add");
  GLASS_TRY(const std::vector<Bytes> entries, read_entries(flags));
  GLASS_TRY(const service::AppendedEntries appended,
            service::append_entries(files(), flags.taker.place, entries));
  const int64_t last = appended.first + std::ssize(entries) - 1;
  if (flags.json) {
    Json json = to_json(appended.log);
    (*json.if_object())["first"] = appended.first;
    (*json.if_object())["last"] = last;
    fmt::print("{}\n", to_canonical(json));
    return {};
  }
  if (last == appended.first)
    fmt::print("Appended as entry {}.\n", appended.first);
  else
    fmt::print("Appended as entries {} to {}.\n", appended.first, last);
  print_log(appended.log, false);
  return {};
}

Status print_growth(const LogFlags& flags) {
  GLASS_TRY(const service::ConsistencyProof proof,
            service::prove_growth(files(), flags.folder, flags.old_size));
  if (flags.json) {
    Json::Array hashes;
    for (const crypto::Digest& hash : proof.hashes) hashes.emplace_back(crypto::to_text(hash));
    fmt::print("{}\n", to_canonical(Json::Object{{"old_size", proof.old.size},
                                                 {"old_root", crypto::to_text(proof.old.root)},
                                                 {"size", proof.now.size},
                                                 {"root", crypto::to_text(proof.now.root)},
                                                 {"hashes", std::move(hashes)}}));
    return {};
  }
  fmt::print("The log of {} begins with that of {}, whose root is {}.\n",
             entries_text(proof.now.size), entries_text(proof.old.size),
             crypto::to_text(proof.old.root));
  fmt::print("{}", record::proof_lines(proof.hashes));
  return {};
}

Status prove(const LogFlags& flags) {
  if (flags.old_size >= 0) return print_growth(flags);
  if (!flags.index)
    return invalid_input(
        "name the INDEX of an entry, counted from 0, or an earlier size by --from");
  GLASS_TRY(const record::ProofFile proof,
            service::prove_entry(files(), flags.folder, *flags.index));
  const std::string text = record::to_text(proof);
  if (flags.out.empty()) {
    fmt::print("{}", text);
    return {};
  }
  return files().write_atomic(flags.out, as_bytes(text));
}

Result<std::vector<record::NoteKey>> read_keys(const LogFlags& flags) {
  std::vector<record::NoteKey> keys;
  for (const std::string& text : flags.keys) {
    GLASS_TRY(keys.emplace_back(), record::note_key_from_text(text));
  }
  return keys;
}

Result<record::VerifiedEntry> verified_entry(const LogFlags& flags) {
  GLASS_TRY(const std::string text, files().read_text(flags.proof));
  GLASS_TRY(const Bytes entry, files().read(flags.entry));
  auto proof = record::parse_proof_file(text);
  if (!proof) return in_context(flags.proof, std::move(proof).error());
  const auto told = [&](Result<record::VerifiedEntry> result) -> Result<record::VerifiedEntry> {
    if (!result) return in_context(flags.proof, std::move(result).error());
    return result;
  };
  if (!flags.policy.empty()) {
    GLASS_TRY(const record::Policy policy, read_policy(flags.policy));
    return told(record::verify_entry(*proof, entry, policy));
  }
  GLASS_TRY(const std::vector<record::NoteKey> keys, read_keys(flags));
  if (keys.empty())
    return invalid_input("say whom to believe: --key of the log, or --policy with a file");
  return told(record::verify_entry(*proof, entry, keys));
}

Status verify(const LogFlags& flags) {
  GLASS_TRY(const record::VerifiedEntry verified, verified_entry(flags));
  const record::TreeHead& tree = verified.checkpoint.tree;
  if (flags.json) {
    Json::Array witnesses;
    for (const std::string& name : verified.witnesses) witnesses.emplace_back(name);
    fmt::print("{}\n", to_canonical(Json::Object{{"origin", verified.checkpoint.origin},
                                                 {"index", verified.index},
                                                 {"size", tree.size},
                                                 {"root", crypto::to_text(tree.root)},
                                                 {"witnesses", std::move(witnesses)}}));
    return {};
  }
  fmt::print("Verified: {} is entry {} of the {} in {}", flags.entry, verified.index, tree.size,
             verified.checkpoint.origin);
  for (const std::string& name : verified.witnesses) fmt::print(", cosigned by {}", name);
  fmt::print(".\n");
  return {};
}

Status fsck(const LogFlags& flags) {
  GLASS_TRY(const record::LogHealth health, service::check_log(files(), flags.folder, [](int64_t) {
              return !system::interrupted();
            }));
  if (flags.json) {
    Json::Array problems;
    for (const record::LogProblem& problem : health.problems)
      problems.emplace_back(Json::Object{{"path", problem.path}, {"what", problem.what}});
    fmt::print("{}\n", to_canonical(Json::Object{{"size", health.tree.size},
                                                 {"root", crypto::to_text(health.tree.root)},
                                                 {"tiles", health.tiles},
                                                 {"statements", health.blobs},
                                                 {"withheld", health.withheld},
                                                 {"pending", health.pending},
                                                 {"problems", std::move(problems)}}));
  } else {
    for (const record::LogProblem& problem : health.problems)
      fmt::print("{}: {}\n", problem.path, problem.what);
    if (health.pending > 0)
      fmt::print("{} of an append that was cut off; the next one finishes or removes it.\n",
                 count_text(health.pending, "file"));
    std::string statements = health.blobs == 0 ? "" : ", " + count_text(health.blobs, "statement");
    if (health.withheld > 0)
      statements += fmt::format(" and {} whose text is withheld", count_text(health.withheld));
    fmt::print("{}, {}{}: {}\n", entries_text(health.tree.size), count_text(health.tiles, "tile"),
               statements, health.good() ? "all as they should be" : "not as they should be");
  }
  if (health.good()) return {};
  return fail(ErrorCode::kCorruption,
              fmt::format("{}: {} in the files of the log", flags.folder,
                          count_text(std::ssize(health.problems), "problem")));
}

// "127.0.0.1:8080", "[::1]:8080"
Result<service::ListenChoice> read_listen(const std::string& text) {
  const size_t colon = text.rfind(':');
  const auto port = colon == std::string::npos
                        ? std::optional<int64_t>()
                        : parse_count(std::string_view(text).substr(colon + 1));
  if (!port || *port > 65535)
    return invalid_input(
        fmt::format("--listen is \"{}\"; it must be ADDRESS:PORT, such as 127.0.0.1:8080", text));
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  return service::ListenChoice{.address = std::move(address), .port = static_cast<uint16_t>(*port)};
}

std::string url_of(const std::string& address, uint16_t port) {
  return address.find(':') == std::string::npos ? fmt::format("http://{}:{}", address, port)
                                                : fmt::format("http://[{}]:{}", address, port);
}

void tell_operator(const Error& error) {
  fmt::print(stderr, "glass: {}\n", error.message);
}

// Until Ctrl-C.
void wait_for_the_end() {
  std::fflush(stdout);
  while (!system::wait_interruptibly(3'600'000)) {
  }
}

Status serve(const LogFlags& flags) {
  service::LogServerChoice choice{
      .listen = {}, .takes_entries = flags.takes_entries, .on_error = tell_operator};
  GLASS_TRY(choice.listen, read_listen(flags.listen));
  if (!flags.policy.empty()) {
    GLASS_TRY(choice.policy, read_policy(flags.policy));
  }
  GLASS_TRY(const auto server, service::LogServer::start(files(), flags.folder, choice));
  fmt::print(
      "Serving {} at http://{}:{}/{} Ctrl-C ends it.\n", flags.folder, choice.listen.address,
      server->port(),
      flags.takes_entries ? ", and takes entries at /add, statements at /add-statement." : ".");
  wait_for_the_end();
  return {};
}

Status witness(const LogFlags& flags) {
  GLASS_TRY(const record::Policy policy, read_policy(flags.policy));
  service::WitnessChoice choice{
      .listen = {}, .name = flags.name, .logs = {}, .on_error = tell_operator};
  for (const record::PolicyLog& log : policy.logs) choice.logs.push_back(log.key);
  if (choice.logs.empty())
    return invalid_input(
        fmt::format("{} names no log, so there is nothing to cosign", flags.policy));
  GLASS_TRY(choice.listen, read_listen(flags.listen));
  GLASS_TRY(const auto server,
            service::WitnessServer::start(files(), system::posix_clock(), flags.folder, choice));
  fmt::print("Cosigning {} at {}/add-checkpoint. Ctrl-C ends it.\n  key  {}\n",
             count_text(std::ssize(choice.logs), "log"),
             url_of(choice.listen.address, server->port()), record::to_text(server->key()));
  wait_for_the_end();
  return {};
}

Status cosign(const LogFlags& flags) {
  GLASS_TRY(const record::Policy policy, read_policy(flags.policy));
  GLASS_TRY(const auto asked, service::cosign_log(files(), flags.folder, policy));
  int64_t cosigned = 0;
  Json::Array witnesses;
  for (const service::AskedWitness& witness : asked) {
    cosigned += witness.cosigned ? 1 : 0;
    Json::Object json{{"name", witness.name}, {"cosigned", witness.cosigned}};
    if (!witness.cosigned) json["why_not"] = witness.why_not;
    witnesses.emplace_back(std::move(json));
    if (!flags.json)
      fmt::print("  {}  {}\n", witness.name, witness.cosigned ? "cosigned" : witness.why_not);
  }
  if (flags.json)
    fmt::print("{}\n", to_canonical(Json::Object{{"witnesses", std::move(witnesses)}}));
  GLASS_TRY(const service::LogState log, service::show_log(files(), flags.folder));
  auto opened = record::open_by_policy(log.note, policy);
  if (!opened) return tl::unexpected(std::move(opened).error());
  if (!flags.json)
    fmt::print("The checkpoint of {} has its quorum, {} of {} asked.\n",
               entries_text(log.tree.size), cosigned, std::ssize(asked));
  return {};
}

// A server, or a folder with a checkpoint.
std::unique_ptr<record::LogSource> source_of(const std::string& place) {
  if (record::is_url(place))
    return std::make_unique<service::HttpSource>(
        place.ends_with('/') ? place.substr(0, place.size() - 1) : place);
  return std::make_unique<record::FolderSource>(files(), place);
}

Status watch_once(const LogFlags& flags, const std::vector<record::NoteKey>& keys) {
  const auto source = source_of(flags.folder);
  GLASS_TRY(const service::WatchedLog watched,
            service::watch_log(*source, keys, files(), flags.state));
  if (flags.json) {
    fmt::print("{}\n", to_canonical(Json::Object{{"before", watched.before.size},
                                                 {"size", watched.now.size},
                                                 {"root", crypto::to_text(watched.now.root)}}));
  } else if (watched.before.size == 0) {
    fmt::print("{}, seen for the first time.\n", entries_text(watched.now.size));
  } else if (watched.before == watched.now) {
    fmt::print("{} as before.\n", entries_text(watched.now.size));
  } else {
    fmt::print("{}, a continuation of the {} seen before.\n", entries_text(watched.now.size),
               count_text(watched.before.size));
  }
  std::fflush(stdout);
  return {};
}

// A server that does not answer is told and asked again; a fork ends it.
Status watch(const LogFlags& flags) {
  GLASS_TRY(const std::vector<record::NoteKey> keys, read_keys(flags));
  while (true) {
    const Status seen = watch_once(flags, keys);
    if (flags.every_seconds == 0) return seen;
    if (!seen && seen.error().code == ErrorCode::kMismatch) return seen;
    if (!seen) fmt::print(stderr, "glass: {}\n", seen.error().message);
    if (system::wait_interruptibly(flags.every_seconds * 1000)) return {};
  }
}

CLI::App* add_verb(CLI::App& log, Action& action, const std::shared_ptr<LogFlags>& flags,
                   const char* name, const char* help, LogVerb run) {
  CLI::App* verb = log.add_subcommand(name, help);
  verb->add_flag("--json", flags->json, "End with one JSON object on standard output");
  verb->callback([flags, run, &action] {
    action = [flags, run] {
      system::catch_interrupts();
      return ended(run(*flags));
    };
  });
  return verb;
}

// A verb on a log of our own.
CLI::App* add_folder_verb(CLI::App& log, Action& action, const std::shared_ptr<LogFlags>& flags,
                          const char* name, const char* help, LogVerb run) {
  CLI::App* verb = add_verb(log, action, flags, name, help, run);
  verb->add_option("LOG", flags->folder, "Folder of the log")->required();
  return verb;
}

CLI::Option* add_policy(CLI::App& verb, LogFlags& flags) {
  return verb.add_option("--policy", flags.policy,
                         "File that says which logs and witnesses to believe (C2SP tlog-policy)");
}

void add_servers(CLI::App& log, Action& action, const std::shared_ptr<LogFlags>& flags) {
  const auto listen = [&](CLI::App& verb) {
    verb.add_option("--listen", flags->listen, "ADDRESS:PORT; port 0 takes a free one")
        ->capture_default_str();
  };
  CLI::App* served = add_folder_verb(log, action, flags, "serve", "Serve a log over HTTP", serve);
  listen(*served);
  served->add_flag("--take-entries", flags->takes_entries,
                   "Append what is posted to /add, and signed statements to /add-statement, from "
                   "anyone who reaches it");
  served->add_option("--policy", flags->policy,
                     "Show each new state to the witnesses that this policy names a URL of");
  CLI::App* witnessing = add_verb(log, action, flags, "witness",
                                  "Be a witness: cosign logs of others that only grow", witness);
  witnessing->add_option("WITNESS", flags->folder, "Folder of the witness, made if it is absent")
      ->required();
  witnessing->add_option("--name", flags->name, "Of the witness: a URL without scheme")->required();
  add_policy(*witnessing, *flags)->required();
  listen(*witnessing);
}

}  // namespace

void add_log(CLI::App& app, Action& action) {
  auto flags = std::make_shared<LogFlags>();
  CLI::App* log = app.add_subcommand("log", "A transparency log: make, append, prove, verify");
  log->require_subcommand(1);
  CLI::App* made =
      add_folder_verb(*log, action, flags, "init", "Make an empty log with a key of its own", init);
  made->add_option("--origin", flags->origin, "Its name: a URL without scheme, example.org/log")
      ->required();
  made->add_option("--database", flags->database,
                   "Let PostgreSQL keep what the log stands at: postgresql://...");
  add_folder_verb(*log, action, flags, "show", "Name, key, size and root of a log", show);
  CLI::App* appended =
      add_verb(*log, action, flags, "append", "Append files as entries, durably", append);
  appended->add_option("LOG", flags->taker.place, "Folder of the log, or URL of one that is served")
      ->required();
  appended->add_option("FILE", flags->entries, "Each is an entry")->required();
  CLI::Option* lines =
      appended->add_flag("--lines", flags->lines, "Each line of the files is an entry");
  appended
      ->add_flag("--statements", flags->statements,
                 "Each is a signed statement: its digest is the entry, its text lies beside")
      ->excludes(lines);
  add_expected(*appended, flags->taker);
  CLI::App* proved = add_folder_verb(*log, action, flags, "prove",
                                     "Write the proof that an entry is in the log", prove);
  CLI::Option* index = proved->add_option("INDEX", flags->index, "Of the entry, counted from 0");
  CLI::Option* from = proved->add_option(
      "--from", flags->old_size, "Prove instead that the log begins with what it was at this size");
  index->excludes(from);
  proved->add_option("--out", flags->out, "File to write; standard output by default");
  CLI::App* verified = add_verb(*log, action, flags, "verify",
                                "Check that an entry is in a log, offline, by its key", verify);
  verified->add_option("PROOF", flags->proof, "What `prove` has written")->required();
  verified->add_option("ENTRY", flags->entry, "File with the entry")->required();
  CLI::Option* key = verified->add_option(
      "--key", flags->keys,
      "Public key of the log; then those of witnesses that must have cosigned");
  key->allow_extra_args(false);
  add_policy(*verified, *flags)->excludes(key);
  add_folder_verb(*log, action, flags, "fsck", "Make all files again from the entries and compare",
                  fsck);
  add_servers(*log, action, flags);
  add_policy(*add_folder_verb(*log, action, flags, "cosign",
                              "Ask witnesses to cosign the checkpoint", cosign),
             *flags)
      ->required();
  CLI::App* watched = add_verb(*log, action, flags, "watch",
                               "See that a log only grows, and what it was is kept", watch);
  watched->add_option("LOG", flags->folder, "URL of the log, or its public folder")->required();
  watched->add_option("--key", flags->keys, "Public key of the log")
      ->required()
      ->allow_extra_args(false);
  watched->add_option("--state", flags->state, "File that remembers the last checkpoint")
      ->required();
  watched->add_option("--every", flags->every_seconds, "Look again after so many seconds")
      ->check(CLI::Range(1, 86400));
}

}  // namespace glass::cli
