// key, recipe: the verbs that answer at once.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/cli/door.h"
#include "glass/cli/verbs.h"
#include "glass/crypto/ed25519.h"
#include "glass/service/recipe/recipe.h"

namespace glass::cli {

void add_key(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand("key", "Show the public key that signs your records");
  verb->callback([&action] {
    action = [] {
      const auto key = own_key();
      if (!key) {
        fmt::print(stderr, "glass: {}\n", key.error().message);
        return exit_code(key.error().code);
      }
      fmt::print("{}\n", crypto::to_text(key->public_key()));
      return 0;
    };
  });
}

void add_recipe(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand("recipe", "What a recipe may say");
  verb->require_subcommand(1);
  CLI::App* reference =
      verb->add_subcommand("reference", "Every section, key, default, range and meaning");
  reference->callback([&action] {
    action = [] {
      fmt::print("{}", service::recipe_reference());
      return 0;
    };
  });
}

}  // namespace glass::cli
