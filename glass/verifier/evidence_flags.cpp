#include "glass/verifier/evidence_flags.h"

#include <cstdint>
#include <cstdio>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/record/release/verify_release.h"
#include "glass/record/release/verify_statement.h"
#include "glass/record/release_fetch/fetch_release.h"
#include "glass/record/release_fetch/verify_url.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/interrupt.h"
#include "glass/system/status_line.h"

namespace glass::verifier {
namespace {

Result<record::EvidenceNode> verify_fetched(const EvidenceFlags& flags, const record::Trust& trust,
                                            bool quiet, Parallel& parallel) {
  system::catch_interrupts();
  system::StatusLine line(stderr, system::posix_clock());
  record::FetchWatch watch{.interrupted = &system::interrupted};
  if (!quiet) watch.tell = [&](std::string_view text) { line.show(text); };
  return record::verify_url(system::posix_files(), flags.thing, flags.to, trust, parallel, watch);
}

}  // namespace

void add_evidence_flags(CLI::App& app, EvidenceFlags& flags) {
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
  app.footer(
      "Exit codes: 0 nothing broken or missing, 1 broken, 2 wrong usage, 3 not fetched because of "
      "what is there or who the server is, 4 missing, 130 interrupted.");
}

Status expect_no_others(const EvidenceFlags& flags, bool is_url, bool is_statement) {
  if (!flags.to.empty() && !is_url)
    return invalid_input("--to is for a URL; what is here is checked where it lies");
  if ((!flags.evidence.empty() || !flags.proof.empty()) && !is_statement)
    return invalid_input("--evidence and --proof are for statements");
  return {};
}

Result<record::EvidenceNode> verify_evidence(const EvidenceFlags& flags, EvidenceThing thing,
                                             bool quiet, Parallel& parallel) {
  GLASS_TRY_STATUS(
      expect_no_others(flags, thing == EvidenceThing::kUrl, thing == EvidenceThing::kStatement));
  system::Files& files = system::posix_files();
  const int64_t now = system::posix_clock().unix_ms() / 1000;
  GLASS_TRY(const record::Trust trust, record::trust_of(flags.trust, files, now));
  if (thing == EvidenceThing::kUrl) return verify_fetched(flags, trust, quiet, parallel);
  if (thing == EvidenceThing::kRelease)
    return record::verify_release(files, flags.thing, trust, parallel);
  record::EvidencePlaces places{.folders = {flags.evidence.begin(), flags.evidence.end()}};
  if (!flags.proof.empty()) places.proof = flags.proof;
  return record::verify_statement(files, flags.thing, places, trust, parallel);
}

void print_tree(const record::EvidenceNode& tree, bool json) {
  if (json)
    fmt::print("{}\n", to_canonical(record::to_json(tree)));
  else
    fmt::print("{}", record::to_text(tree));
}

}  // namespace glass::verifier
