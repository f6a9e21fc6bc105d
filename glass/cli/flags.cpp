#include "glass/cli/flags.h"

#include <CLI/CLI.hpp>

#include "glass/cli/door.h"

namespace glass::cli {

void add_common(CLI::App& verb, CommonFlags& flags) {
  verb.add_option("--threads", flags.threads,
                  "Threads to compute with; results do not depend on it")
      ->check(CLI::Range(1, 1024));
  verb.add_option("--out", flags.out, "Folder of the run");
  verb.add_flag("--json", flags.json, "End with one JSON object on standard output");
}

void add_recipe_flags(CLI::App& verb, RecipeFlags& flags) {
  verb.add_option("RECIPE", flags.file, "The recipe.toml")->required();
  verb.add_option("--set", flags.overrides, "Override a key: --set train.steps=500")
      ->allow_extra_args(false);
}

}  // namespace glass::cli
