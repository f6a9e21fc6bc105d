// Verbs: each adds its subcommand with flags and help; the callback runs a use case of service.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace glass::cli {

// What the chosen verb does when all flags have been read; returns the exit code.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_train(CLI::App& app, Action& action);
void add_verify(CLI::App& app, Action& action);
void add_replay(CLI::App& app, Action& action);
void add_generate(CLI::App& app, Action& action);
void add_plan(CLI::App& app, Action& action);
void add_recipe(CLI::App& app, Action& action);
void add_key(CLI::App& app, Action& action);

}  // namespace glass::cli
