// glass: the command.
//
// Exit codes: 0 done, 1 a check failed, 2 wrong usage or input, 3 refused, 130 interrupted.
#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/cli/verbs.h"

namespace {

constexpr int kWrongUsage = 2;

int run(int argc, char** argv) {
  CLI::App app("Trains open foundation models and leaves a record that anyone can check.", "glass");
  app.set_version_flag("--version", "glass " GLASS_VERSION);
  app.require_subcommand(1);
  app.fallthrough(false);
  glass::cli::Action action;
  glass::cli::add_run(app, action);
  glass::cli::add_plan(app, action);
  glass::cli::add_train(app, action);
  glass::cli::add_verify(app, action);
  glass::cli::add_replay(app, action);
  glass::cli::add_generate(app, action);
  glass::cli::add_recipe(app, action);
  glass::cli::add_key(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  return action();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "glass: internal error: {}\n", error.what());
    return 1;
  }
}
