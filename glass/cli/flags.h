// Flags that several verbs share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "glass/cli/door.h"

namespace CLI {
class App;
}

namespace glass::cli {

// --threads, --out and --json, as every verb that works on a run has them.
void add_common(CLI::App& verb, CommonFlags& flags);

// The recipe's file and --set.
struct RecipeFlags {
  std::string file;
  std::vector<std::string> overrides;
};

void add_recipe_flags(CLI::App& verb, RecipeFlags& flags);

}  // namespace glass::cli
