#include "glass/cli/log_verbs.h"

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/base64.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/cli/door.h"
#include "glass/crypto/sha256.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/service/log/log.h"
#include "glass/system/files.h"
#include "glass/system/interrupt.h"

namespace glass::cli {
namespace {

using Action = std::function<int()>;

struct LogFlags {
  std::string folder;
  std::string origin;
  std::vector<std::string> entries;
  bool lines = false;
  int64_t index = 0;
  int64_t old_size = -1;  // none
  std::string proof, entry;
  std::vector<std::string> keys;
  std::string out;
  bool json = false;
};

using LogVerb = Status (*)(const LogFlags&);

system::Files& files() {
  return system::posix_files();
}

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
  GLASS_TRY(const service::LogState log, service::init_log(files(), flags.folder, flags.origin));
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

Status append(const LogFlags& flags) {
  GLASS_TRY(const std::vector<Bytes> entries, read_entries(flags));
  GLASS_TRY(const service::AppendedEntries appended,
            service::append_entries(files(), flags.folder, entries));
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
  for (const crypto::Digest& hash : proof.hashes) fmt::print("{}\n", to_base64(hash.bytes));
  return {};
}

Status prove(const LogFlags& flags) {
  if (flags.old_size >= 0) return print_growth(flags);
  GLASS_TRY(const record::ProofFile proof,
            service::prove_entry(files(), flags.folder, flags.index));
  const std::string text = record::to_text(proof);
  if (flags.out.empty()) {
    fmt::print("{}", text);
    return {};
  }
  return files().write_atomic(flags.out, as_bytes(text));
}

Status verify(const LogFlags& flags) {
  std::vector<record::NoteKey> keys;
  for (const std::string& text : flags.keys) {
    GLASS_TRY(keys.emplace_back(), record::note_key_from_text(text));
  }
  GLASS_TRY(const std::string text, files().read_text(flags.proof));
  auto proof = record::parse_proof_file(text);
  if (!proof) return in_context(flags.proof, std::move(proof).error());
  GLASS_TRY(const Bytes entry, files().read(flags.entry));
  auto verified = service::verify_entry(*proof, entry, keys);
  if (!verified) return in_context(flags.proof, std::move(verified).error());
  const record::TreeHead& tree = verified->checkpoint.tree;
  if (flags.json) {
    Json::Array witnesses;
    for (const std::string& name : verified->witnesses) witnesses.emplace_back(name);
    fmt::print("{}\n", to_canonical(Json::Object{{"origin", verified->checkpoint.origin},
                                                 {"index", verified->index},
                                                 {"size", tree.size},
                                                 {"root", crypto::to_text(tree.root)},
                                                 {"witnesses", std::move(witnesses)}}));
    return {};
  }
  fmt::print("Verified: {} is entry {} of the {} in {}", flags.entry, verified->index, tree.size,
             verified->checkpoint.origin);
  for (const std::string& name : verified->witnesses) fmt::print(", cosigned by {}", name);
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
                                                 {"pending", health.pending},
                                                 {"problems", std::move(problems)}}));
  } else {
    for (const record::LogProblem& problem : health.problems)
      fmt::print("{}: {}\n", problem.path, problem.what);
    if (health.pending > 0)
      fmt::print("{} of an append that was cut off; the next one finishes or removes it.\n",
                 count_text(health.pending, "file"));
    fmt::print("{}, {}: {}\n", entries_text(health.tree.size), count_text(health.tiles, "tile"),
               health.good() ? "all as they should be" : "not as they should be");
  }
  if (health.good()) return {};
  return fail(ErrorCode::kCorruption,
              fmt::format("{}: {} in the files of the log", flags.folder,
                          count_text(std::ssize(health.problems), "problem")));
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

}  // namespace

void add_log(CLI::App& app, Action& action) {
  auto flags = std::make_shared<LogFlags>();
  CLI::App* log = app.add_subcommand("log", "A transparency log: make, append, prove, verify");
  log->require_subcommand(1);
  add_folder_verb(*log, action, flags, "init", "Make an empty log with a key of its own", init)
      ->add_option("--origin", flags->origin, "Its name: a URL without scheme, example.org/log")
      ->required();
  add_folder_verb(*log, action, flags, "show", "Name, key, size and root of a log", show);
  CLI::App* appended =
      add_folder_verb(*log, action, flags, "append", "Append files as entries, durably", append);
  appended->add_option("FILE", flags->entries, "Each is an entry")->required();
  appended->add_flag("--lines", flags->lines, "Each line of the files is an entry");
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
  verified
      ->add_option("--key", flags->keys,
                   "Public key of the log; then those of witnesses that must have cosigned")
      ->required()
      ->allow_extra_args(false);
  add_folder_verb(*log, action, flags, "fsck", "Make all files again from the entries and compare",
                  fsck);
}

}  // namespace glass::cli
