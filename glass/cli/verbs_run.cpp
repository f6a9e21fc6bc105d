// run, train, plan: the verbs that take a recipe.
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/cli/door.h"
#include "glass/cli/flags.h"
#include "glass/cli/verbs.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/service/use_cases.h"

namespace glass::cli {
namespace {

struct RecipeVerb {
  CommonFlags common;
  RecipeFlags recipe;

  [[nodiscard]] service::RecipeChoice choice() const {
    return {.file = recipe.file, .overrides = recipe.overrides, .out = out_folder(common)};
  }
};

using UseCase = Result<service::Summary> (*)(const service::RecipeChoice&,
                                             const service::Services&);

void add_recipe_verb(CLI::App& app, Action& action, std::string name, std::string help,
                     UseCase use_case, std::string_view headline) {
  auto flags = std::make_shared<RecipeVerb>();
  CLI::App* verb = app.add_subcommand(std::move(name), std::move(help));
  add_recipe_flags(*verb, flags->recipe);
  add_common(*verb, flags->common);
  verb->callback([flags, use_case, headline, &action] {
    action = [flags, use_case, headline] {
      return with_services(flags->common, [&](const service::Services& services) -> Status {
        GLASS_TRY(const service::Summary summary, use_case(flags->choice(), services));
        return tell(flags->common, summary, headline);
      });
    };
  });
}

void print_plan(const service::PlanReport& plan, bool json) {
  if (json) {
    const Json::Object object{{"parameters", plan.parameters},
                              {"flops_per_token", plan.flops_per_token},
                              {"memory", engine::to_json(plan.memory)},
                              {"available_bytes", plan.available_bytes}};
    fmt::print("{}\n", to_canonical(object));
    return;
  }
  const auto line = [](std::string_view what, int64_t bytes) {
    fmt::print("  {:<14}{:>12}\n", what, bytes_text(static_cast<uint64_t>(bytes)));
  };
  fmt::print("{} parameters, {:.1f} MFLOP per token\n", count_text(plan.parameters),
             plan.flops_per_token / 1e6);
  line("parameters", plan.memory.parameters);
  line("gradients", plan.memory.gradients);
  line("optimizer", plan.memory.optimizer);
  line("inputs", plan.memory.inputs);
  line("arena", plan.memory.arena);
  line("together", plan.memory.total());
  line("available", plan.available_bytes);
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  add_recipe_verb(
      app, action, "run",
      "Do everything a recipe says: data, training, record, verification, replay, report",
      service::run_recipe, "Done.");
}

void add_train(CLI::App& app, Action& action) {
  add_recipe_verb(app, action, "train",
                  "Data, training, model and signed record, without the checks",
                  service::train_model, "Trained.");
}

void add_plan(CLI::App& app, Action& action) {
  auto flags = std::make_shared<RecipeVerb>();
  CLI::App* verb =
      app.add_subcommand("plan", "Say what training by a recipe needs, before it runs");
  add_recipe_flags(*verb, flags->recipe);
  add_common(*verb, flags->common);
  verb->callback([flags, &action] {
    action = [flags] {
      return with_services(flags->common, [&](const service::Services& services) -> Status {
        GLASS_TRY(const service::PlanReport plan, service::plan_recipe(flags->choice(), services));
        print_plan(plan, flags->common.json);
        return {};
      });
    };
  });
}

}  // namespace glass::cli
