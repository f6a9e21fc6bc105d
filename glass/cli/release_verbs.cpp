#include "glass/cli/release_verbs.h"

#include <algorithm>
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

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/cli/door.h"
#include "glass/cli/named_log.h"
#include "glass/crypto/ecdsa.h"
#include "glass/record/release/evidence_tree.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/release/trust.h"
#include "glass/record/release/verify_release.h"
#include "glass/record/release/verify_statement.h"
#include "glass/record/release_fetch/fetch_release.h"
#include "glass/record/release_fetch/release_url.h"
#include "glass/record/release_fetch/verify_url.h"
#include "glass/service/release/publish_model.h"
#include "glass/service/use_cases.h"
#include "glass/service/verify_dataset.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/interrupt.h"
#include "glass/system/machine.h"
#include "glass/system/status_line.h"
#include "glass/system/thread_pool.h"

namespace glass::cli {
namespace {

using Action = std::function<int()>;

void print_tree(const record::EvidenceNode& tree, bool json) {
  if (json)
    fmt::print("{}\n", to_canonical(record::to_json(tree)));
  else
    fmt::print("{}", record::to_text(tree));
}

struct ReleaseVerb {
  CommonFlags common;
  std::string run, to, answers;
  NamedLog log;
  std::string forms = "F32,F16,Q8_0";
  int64_t shard_bytes = service::ReleaseChoice{}.shard_bytes;
  bool allows_missing = false, questions = false;
};

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    words.emplace_back(word);
    list.remove_prefix(std::min(list.size(), word.size() + 1));
  }
  return words;
}

Status ask(const ReleaseVerb& flags, const service::Services& services) {
  GLASS_TRY(const std::string text,
            service::release_questions_of(flags.run, flags.answers, services));
  fmt::print("{}", text);
  return {};
}

Status release(const ReleaseVerb& flags, const service::Services& services) {
  if (flags.questions) return ask(flags, services);
  if (flags.to.empty()) return invalid_input("name the folder to make by --to");
  GLASS_TRY(const auto log, open_named(flags.log));
  GLASS_TRY(const crypto::P256SecretKey key, own_release_key());
  const service::ReleaseChoice choice{.run = flags.run,
                                      .to = flags.to,
                                      .answers = flags.answers,
                                      .log = log.get(),
                                      .forms = words_of(flags.forms),
                                      .shard_bytes = flags.shard_bytes,
                                      .allows_missing = flags.allows_missing};
  GLASS_TRY(const service::PublishedRelease made, service::publish_model(choice, key, services));
  if (flags.common.json) {
    print_tree(made.tree, true);
    return {};
  }
  fmt::print("\nReleased {} {}.\n", made.name, made.version);
  print_tree(made.tree, false);
  fmt::print("\n  {0}/README.md   what it is\n  {0}/VERIFY.md   how a stranger checks it\n",
             flags.to);
  if (log == nullptr)
    fmt::print(
        "  It is in no log; --log puts it into one, where nobody can take it back unseen.\n");
  return {};
}

struct VerifyVerb {
  CommonFlags common;
  std::string thing;
  record::TrustWords trust;
  std::vector<std::string> evidence;
  std::string proof;
  std::string to;  // where a release of a URL is kept

  // --out names a run as well, for scripts that pass the same flags to every verb.
  [[nodiscard]] system::Path path() const { return thing.empty() ? common.out : thing; }

  [[nodiscard]] record::EvidencePlaces places() const {
    record::EvidencePlaces places{.folders = {evidence.begin(), evidence.end()}};
    if (!proof.empty()) places.proof = proof;
    return places;
  }
};

enum class Thing { kUrl, kRelease, kStatement, kDataset, kRun };

Thing thing_at(const system::Path& path) {
  system::Files& files = system::posix_files();
  if (record::is_url(path.native())) return Thing::kUrl;
  if (files.exists(path / record::kReleaseStatementFile)) return Thing::kRelease;
  if (path.extension() == ".json") return Thing::kStatement;
  return service::is_dataset(files, path) ? Thing::kDataset : Thing::kRun;
}

Result<record::EvidenceNode> verify_release_of_url(const VerifyVerb& flags,
                                                   const record::Trust& trust, Parallel& parallel) {
  system::catch_interrupts();
  system::StatusLine line(stderr, system::posix_clock());
  record::FetchWatch watch{.interrupted = &system::interrupted};
  if (!flags.common.json) watch.tell = [&](std::string_view text) { line.show(text); };
  return record::verify_url(system::posix_files(), flags.thing, flags.to, trust, parallel, watch);
}

// All but runs: without the engine, as a tree.
int verify_evidence(const VerifyVerb& flags, Thing thing) {
  system::Files& files = system::posix_files();
  const auto tree = [&]() -> Result<record::EvidenceNode> {
    const int64_t now = system::posix_clock().unix_ms() / 1000;
    GLASS_TRY(const record::Trust trust, record::trust_of(flags.trust, files, now));
    const int threads = flags.common.threads;
    system::ThreadPool pool(threads > 0 ? threads : system::this_machine().cores);
    if (thing == Thing::kUrl) return verify_release_of_url(flags, trust, pool);
    if (thing == Thing::kRelease) return record::verify_release(files, flags.path(), trust, pool);
    if (thing == Thing::kDataset) return service::verify_dataset(files, flags.path(), pool);
    return record::verify_statement(files, flags.path(), flags.places(), trust, pool);
  }();
  if (!tree) return ended(tl::unexpected(tree.error()));
  print_tree(*tree, flags.common.json);
  return record::exit_code(*tree);
}

int verify_thing(const VerifyVerb& flags) {
  if (flags.path().empty())
    return ended(
        invalid_input("name what to verify: the folder of a run, a release, a corpus or shards, or "
                      "the file of a statement"));
  const Thing thing = thing_at(flags.path());
  if (!flags.to.empty() && thing != Thing::kUrl)
    return ended(invalid_input("--to is for a URL; what is here is checked where it lies"));
  if (!flags.trust.empty() && (thing == Thing::kRun || thing == Thing::kDataset))
    return ended(
        invalid_input("--trust, --key, --signer, --policy and --log-key are for releases and "
                      "statements; runs and data are checked by computing them again"));
  if ((!flags.evidence.empty() || !flags.proof.empty()) && thing != Thing::kStatement)
    return ended(invalid_input("--evidence and --proof are for statements"));
  if (thing != Thing::kRun) return verify_evidence(flags, thing);
  return with_services(flags.common, [&](const service::Services& services) -> Status {
    GLASS_TRY(const service::Summary summary, service::verify_run(flags.path(), services));
    return tell(flags.common, summary, "Verified.");
  });
}

}  // namespace

void add_release(CLI::App& app, Action& action) {
  auto flags = std::make_shared<ReleaseVerb>();
  CLI::App* verb =
      app.add_subcommand("release", "Make a folder of a run that anyone can load, read and check");
  verb->add_option("RUN", flags->run, "Folder of a finished run")->required();
  verb->add_option("--to", flags->to, "Folder to make");
  verb->add_option("--answers", flags->answers,
                   "release.toml: what only people can say; see --questions");
  verb->add_option(
      "--log", flags->log.place,
      "Folder of a log of your own that shall name the release, or URL of a served one");
  add_expected(*verb, flags->log);
  verb->add_option("--gguf", flags->forms,
                   "Forms of files for llama.cpp, parted by commas; \"\" makes none")
      ->capture_default_str();
  verb->add_option("--shard-bytes", flags->shard_bytes,
                   "Split weights of more bytes into several files")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_flag("--allow-missing", flags->allows_missing,
                 "Publish with unanswered fields, which the forms then tell as missing");
  verb->add_flag("--questions", flags->questions,
                 "Write a release.toml to fill in to standard output, and make nothing");
  add_basic(*verb, flags->common);
  verb->callback([flags, &action] {
    action = [flags] {
      return with_services(flags->common, [&](const service::Services& services) {
        return release(*flags, services);
      });
    };
  });
}

void add_verify(CLI::App& app, Action& action) {
  auto flags = std::make_shared<VerifyVerb>();
  CLI::App* verb = app.add_subcommand(
      "verify",
      "Check a run, by computing again all that needs no training; a release; data; a statement");
  verb->add_option(
      "THING", flags->thing,
      "Folder of a run, a release, a corpus or shards, or file of a statement (.json); or URL "
      "(http://, https://) of a release, which is fetched");
  verb->add_option("--key", flags->trust.model_key,
                   "Public key that a release's files must be signed with, a PEM file");
  verb->add_option("--signer", flags->trust.statement_keys,
                   "Public key whose statements you believe, ed25519:...; may be repeated")
      ->allow_extra_args(false);
  verb->add_option("--policy", flags->trust.policy,
                   "File with the logs and witnesses that you believe");
  verb->add_option("--log-key", flags->trust.log_key, "Public key of a log, if there is no policy");
  verb->add_option("--trust", flags->trust.file,
                   "File with all of these and the terms of the keys, instead of the flags");
  verb->add_option("--evidence", flags->evidence,
                   "Folder, such as a log's, with what a statement names; may be repeated")
      ->allow_extra_args(false);
  verb->add_option("--proof", flags->proof, "Proof file that a statement is in a log");
  verb->add_option("--to", flags->to,
                   "Folder to keep a fetched release in; it goes on where it was interrupted");
  add_common(*verb, flags->common);
  verb->callback([flags, &action] { action = [flags] { return verify_thing(*flags); }; });
  verb->footer(
      "Exit codes: 0 nothing broken or missing, 1 broken, 2 wrong usage, 3 not fetched because of "
      "what is there or who the server is, 4 something is missing, 130 interrupted.");
}

}  // namespace glass::cli
