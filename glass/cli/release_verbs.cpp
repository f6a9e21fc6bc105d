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

#include "glass/base/result.h"
#include "glass/cli/door.h"
#include "glass/cli/named_log.h"
#include "glass/crypto/ecdsa.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/release_fetch/release_url.h"
#include "glass/service/release/publish_model.h"
#include "glass/service/release/verify_decision.h"
#include "glass/service/use_cases.h"
#include "glass/service/verify_dataset.h"
#include "glass/system/files.h"
#include "glass/system/machine.h"
#include "glass/system/thread_pool.h"
#include "glass/verifier/evidence_flags.h"

namespace glass::cli {
namespace {

using Action = std::function<int()>;

struct ReleaseVerb {
  CommonFlags common;
  std::string run, to, answers, facility;
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
                                      .facility = named_facility(flags.facility),
                                      .log = log.get(),
                                      .forms = words_of(flags.forms),
                                      .shard_bytes = flags.shard_bytes,
                                      .allows_missing = flags.allows_missing};
  GLASS_TRY(const service::PublishedRelease made, service::publish_model(choice, key, services));
  if (flags.common.json) {
    verifier::print_tree(made.tree, true);
    return {};
  }
  fmt::print("\nReleased {} {}.\n", made.name, made.version);
  verifier::print_tree(made.tree, false);
  fmt::print("\n  {0}/README.md   what it is\n  {0}/VERIFY.md   how a stranger checks it\n",
             flags.to);
  if (log == nullptr)
    fmt::print(
        "  It is in no log; --log puts it into one, where nobody can take it back unseen.\n");
  return {};
}

struct VerifyVerb {
  CommonFlags common;
  verifier::EvidenceFlags evidence;
  std::string journal;
};

enum class Thing { kUrl, kRelease, kStatement, kDataset, kRun };

Thing thing_at(const system::Path& path) {
  system::Files& files = system::posix_files();
  if (record::is_url(path.native())) return Thing::kUrl;
  if (files.exists(path / record::kReleaseStatementFile)) return Thing::kRelease;
  if (path.extension() == ".json") return Thing::kStatement;
  return service::is_dataset(files, path) ? Thing::kDataset : Thing::kRun;
}

// All but runs: without the engine, as a tree.
Result<record::EvidenceNode> verify_as_tree(const VerifyVerb& flags, Thing thing) {
  const int threads = flags.common.threads;
  system::ThreadPool pool(threads > 0 ? threads : system::this_machine().cores);
  using verifier::EvidenceThing;
  if (!flags.journal.empty() && thing != Thing::kRelease)
    return invalid_input(
        "--journal is for the folder of a release; one at a URL is kept by --to and then verified");
  if (thing == Thing::kDataset)
    return service::verify_dataset(system::posix_files(), flags.evidence.thing, pool);
  GLASS_TRY(record::EvidenceNode tree,
            verifier::verify_evidence(flags.evidence,
                                      thing == Thing::kUrl       ? EvidenceThing::kUrl
                                      : thing == Thing::kRelease ? EvidenceThing::kRelease
                                                                 : EvidenceThing::kStatement,
                                      flags.common.json, pool));
  if (flags.journal.empty()) return tree;
  GLASS_TRY_STATUS(service::add_decision(tree, flags.evidence.thing, flags.journal,
                                         system::posix_files(), pool));
  return tree;
}

Status expect_no_trust(const VerifyVerb& flags) {
  if (!flags.journal.empty()) return invalid_input("--journal is for the folder of a release");
  if (flags.evidence.trust.empty()) return verifier::expect_no_others(flags.evidence, false, false);
  return invalid_input(
      "--trust, --key, --signer, --policy and --log-key are for releases and statements; runs and "
      "data are checked by computing them again");
}

int verify_run(const VerifyVerb& flags) {
  int code = 0;
  const int ended = with_services(flags.common, [&](const service::Services& services) -> Status {
    GLASS_TRY(const service::Summary summary, service::verify_run(flags.evidence.thing, services));
    code = record::exit_code(*summary.evidence);
    return tell(flags.common, summary,
                code == 0 ? "Verified." : "What could be checked is right; something is missing.");
  });
  return ended == 0 ? code : ended;
}

int verify_thing(VerifyVerb flags) {
  // --out names a run as well, for scripts that pass the same flags to every verb.
  std::string& named = flags.evidence.thing;
  if (named.empty()) named = flags.common.out;
  if (named.empty())
    return ended(
        invalid_input("name what to verify: the folder of a run, a release, a corpus or shards, or "
                      "the file of a statement"));
  const Thing thing = thing_at(named);
  if (thing == Thing::kRun || thing == Thing::kDataset) {
    if (const Status usable = expect_no_trust(flags); !usable) return ended(usable);
  }
  if (thing == Thing::kRun) return verify_run(flags);
  const auto tree = verify_as_tree(flags, thing);
  if (!tree) return ended(tl::unexpected(tree.error()));
  verifier::print_tree(*tree, flags.common.json);
  return record::exit_code(*tree);
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
  verb->add_option("--facility", flags->facility,
                   "Folder or public journal of the facility that governed the run and decided on "
                   "its release; $GLASS_FACILITY by default");
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
      "THING", flags->evidence.thing,
      "Folder of a run, a release, a corpus or shards, or file of a statement (.json); or URL "
      "(http://, https://) of a release, which is fetched");
  verifier::add_evidence_flags(*verb, flags->evidence);
  verb->add_option(
      "--journal", flags->journal,
      "Public journal of a facility, journal.jsonl: that it has decided on the release");
  add_common(*verb, flags->common);
  verb->callback([flags, &action] { action = [flags] { return verify_thing(*flags); }; });
}

}  // namespace glass::cli
