#include "glass/verifier/verify_command.h"

#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/record/release/evidence_tree.h"
#include "glass/record/release/trust.h"
#include "glass/record/release/verify_release.h"
#include "glass/system/files.h"
#include "glass/system/machine.h"
#include "glass/system/thread_pool.h"

namespace glass::verifier {
namespace {

constexpr int kWrongUsage = 2;

struct Flags {
  std::string folder;
  record::TrustWords trust;
  bool json = false;
};

void add_flags(CLI::App& app, Flags& flags) {
  app.add_option("FOLDER", flags.folder, "Folder of a release")->required();
  app.add_option("--key", flags.trust.model_key,
                 "Public key that the files must be signed with, a PEM file");
  app.add_option("--signer", flags.trust.statement_keys,
                 "Public key whose statements you believe, ed25519:...; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--policy", flags.trust.policy,
                 "File with the logs and witnesses that you believe");
  app.add_option("--log-key", flags.trust.log_key, "Public key of a log, if there is no policy");
  app.add_flag("--json", flags.json, "Print the tree as one JSON object");
  app.footer("Exit codes: 0 nothing broken or missing, 1 broken, 2 wrong usage, 4 missing.");
}

Result<record::EvidenceNode> verified(const Flags& flags) {
  system::Files& files = system::posix_files();
  GLASS_TRY(const record::Trust trust, record::trust_of(flags.trust, files));
  system::ThreadPool pool(system::this_machine().cores);
  return record::verify_release(files, flags.folder, trust, pool);
}

int run(const Flags& flags) {
  const auto tree = verified(flags);
  if (!tree) {
    fmt::print(stderr, "glass-verify: {}\n", tree.error().message);
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
  CLI::App app("Checks a release offline: digests, signatures, the chain of steps, the log");
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
