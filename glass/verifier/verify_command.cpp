#include "glass/verifier/verify_command.h"

#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/printable.h"
#include "glass/base/result.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/release_fetch/release_url.h"
#include "glass/system/files.h"
#include "glass/system/machine.h"
#include "glass/system/thread_pool.h"
#include "glass/verifier/evidence_flags.h"

namespace glass::verifier {
namespace {

constexpr int kWrongUsage = 2;

EvidenceThing thing_of(const std::string& thing) {
  if (record::is_url(thing)) return EvidenceThing::kUrl;
  const bool is_statement = system::Path(thing).extension() == ".json";
  return is_statement ? EvidenceThing::kStatement : EvidenceThing::kRelease;
}

int run(const EvidenceFlags& flags, bool json) {
  system::ThreadPool pool(system::this_machine().cores);
  const auto tree = verify_evidence(flags, thing_of(flags.thing), json, pool);
  if (!tree) {
    fmt::print(stderr, "glass-verify: {}\n", printable_lines(tree.error().message));
    return exit_code(tree.error().code);
  }
  print_tree(*tree, json);
  return record::exit_code(*tree);
}

}  // namespace

int verify_command(int argc, char** argv) {
  CLI::App app(
      "Checks a release or a statement: digests, signatures, the chain of steps, the log. Offline, "
      "but for a release that is named by its URL");
  EvidenceFlags flags;
  bool json = false;
  app.add_option("THING", flags.thing,
                 "Folder of a release, or file of a statement (.json); or URL (http://, https://) "
                 "of a release, which is fetched")
      ->required();
  add_evidence_flags(app, flags);
  app.add_flag("--json", json, "Print the tree as one JSON object");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  return run(flags, json);
}

}  // namespace glass::verifier
