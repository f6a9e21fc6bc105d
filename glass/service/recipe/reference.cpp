#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/service/recipe/recipe.h"
#include "glass/service/recipe/sections.h"
#include "glass/settings/reference_rows.h"

namespace glass::service {
std::string recipe_reference() {
  Recipe recipe;
  std::string text =
      "# Recipe reference\n\n"
      "A recipe is a TOML file that decides everything about a run. Unknown keys, values out of\n"
      "range and keys that contradict each other are errors with file, line and the nearest known\n"
      "key. Any key can be set on the command line: `--set train.steps=500`,\n"
      "`--set corpus.source.0.paths='[\"texts\"]'`. This page is generated from the program by\n"
      "`glass recipe reference`, and a test compares the two.\n\n"
      "## At the top\n\n";
  text += settings::reference_table("", recipe);
  for_each_section(recipe, [&](std::string_view name, std::string_view help, auto& section) {
    text +=
        fmt::format("\n## `[{}]`: {}\n\n{}", name, help, settings::reference_table(name, section));
  });
  return text;
}

}  // namespace glass::service
