#include "glass/verifier/verify_command.h"

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/printable.h"
#include "glass/base/result.h"
#include "glass/record/release/evidence_tree.h"
#include "glass/record/release/trust.h"
#include "glass/record/release/verify_release.h"
#include "glass/record/release/verify_statement.h"
#include "glass/record/release_fetch/fetch_release.h"
#include "glass/record/release_fetch/release_url.h"
#include "glass/record/release_fetch/verify_url.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/interrupt.h"
#include "glass/system/machine.h"
#include "glass/system/status_line.h"
#include "glass/system/thread_pool.h"

namespace glass::verifier {
namespace {

constexpr int kWrongUsage = 2;

struct Flags {
  std::string thing;
  record::TrustWords trust;
  std::vector<std::string> evidence;
  std::string proof;
  std::string to;  // where a release of a URL is kept
  bool json = false;
};

void add_flags(CLI::App& app, Flags& flags) {
  app.add_option("THING", flags.thing,
                 "Folder of a release, or file of a statement (.json); or URL (http://, https://) "
                 "of a release, which is fetched")
      ->required();
  app.add_option("--key", flags.trust.model_key,
                 "Public key that the files must be signed with, a PEM file");
  app.add_option("--signer", flags.trust.statement_keys,
                 "Public key whose statements you believe, ed25519:...; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--policy", flags.trust.policy,
                 "File with the logs and witnesses that you believe");
  app.add_option("--log-key", flags.trust.log_key, "Public key of a log, if there is no policy");
  app.add_option("--trust", flags.trust.file,
                 "File with all of these and the terms of the keys, instead of the flags");
  app.add_option("--evidence", flags.evidence,
                 "Folder, such as a log's, with what a statement names; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--proof", flags.proof, "Proof file that a statement is in a log");
  app.add_option("--to", flags.to,
                 "Folder to keep a fetched release in; it goes on where it was interrupted");
  app.add_flag("--json", flags.json, "Print the tree as one JSON object");
  app.footer(
      "Exit codes: 0 nothing broken or missing, 1 broken, 2 wrong usage, 3 not fetched because of "
      "what is there or who the server is, 4 missing, 130 interrupted.");
}

Result<record::EvidenceNode> verified_url(const Flags& flags, const record::Trust& trust,
                                          Parallel& parallel) {
  system::catch_interrupts();
  system::StatusLine line(stderr, system::posix_clock());
  record::FetchWatch watch{.interrupted = &system::interrupted};
  if (!flags.json) watch.tell = [&](std::string_view text) { line.show(text); };
  return record::verify_url(system::posix_files(), flags.thing, flags.to, trust, parallel, watch);
}

Result<record::EvidenceNode> verified(const Flags& flags) {
  system::Files& files = system::posix_files();
  const int64_t now = system::posix_clock().unix_ms() / 1000;
  GLASS_TRY(const record::Trust trust, record::trust_of(flags.trust, files, now));
  system::ThreadPool pool(system::this_machine().cores);
  const system::Path thing = flags.thing;
  const bool is_url = record::is_url(flags.thing);
  const bool is_statement = !is_url && thing.extension() == ".json";
  if (!is_statement && (!flags.evidence.empty() || !flags.proof.empty()))
    return invalid_input("--evidence and --proof are for statements");
  if (!is_url && !flags.to.empty())
    return invalid_input("--to is for a URL; what is here is checked where it lies");
  if (is_url) return verified_url(flags, trust, pool);
  if (!is_statement) return record::verify_release(files, thing, trust, pool);
  record::EvidencePlaces places{.folders = {flags.evidence.begin(), flags.evidence.end()}};
  if (!flags.proof.empty()) places.proof = flags.proof;
  return record::verify_statement(files, thing, places, trust, pool);
}

int run(const Flags& flags) {
  const auto tree = verified(flags);
  if (!tree) {
    fmt::print(stderr, "glass-verify: {}\n", printable_lines(tree.error().message));
    return exit_code(tree.error().code);
  }
  if (flags.json)
    fmt::print("{}\n", to_canonical(record::to_json(*tree)));
  else
    fmt::print("{}", record::to_text(*tree));
  return record::exit_code(*tree);
}

}  // namespace

int verify_command(int argc, char** argv) {
  CLI::App app(
      "Checks a release or a statement: digests, signatures, the chain of steps, the log. Offline, "
      "but for a release that is named by its URL");
  Flags flags;
  add_flags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  return run(flags);
}

}  // namespace glass::verifier
