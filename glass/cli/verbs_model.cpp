// generate: the verb that uses a model.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/cli/door.h"
#include "glass/cli/flags.h"
#include "glass/cli/verbs.h"
#include "glass/service/services.h"
#include "glass/service/use_cases.h"

namespace glass::cli {
namespace {

struct GenerateVerb {
  CommonFlags common;
  std::string model;
  service::GenerateChoice choice;
};

Status generate(const GenerateVerb& flags, const service::Services& services) {
  service::GenerateChoice choice = flags.choice;
  choice.model = flags.model;
  if (choice.prompts.empty()) choice.prompts.emplace_back();
  GLASS_TRY(const std::vector<std::string> texts, service::generate_text(choice, services));
  if (flags.common.json) {
    Json::Array items;
    for (size_t i = 0; i < texts.size(); ++i)
      items.emplace_back(Json::Object{{"prompt", choice.prompts[i]}, {"text", texts[i]}});
    fmt::print("{}\n", to_canonical(items));
    return {};
  }
  for (size_t i = 1; i < texts.size(); ++i) fmt::print("\n---\n{}{}", choice.prompts[i], texts[i]);
  fmt::print("\n");
  return {};
}

}  // namespace

void add_generate(CLI::App& app, Action& action) {
  auto flags = std::make_shared<GenerateVerb>();
  CLI::App* verb = app.add_subcommand("generate", "Let a model write");
  verb->add_option("MODEL", flags->model, "Folder of a run or of a model")->required();
  verb->add_option("--prompt,-p", flags->choice.prompts, "How the text begins; may be repeated");
  verb->add_option("--max-tokens", flags->choice.max_tokens, "Length at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--temperature", flags->choice.temperature, "0 always takes the likeliest token")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  verb->add_option("--top-p", flags->choice.top_p,
                   "Only the likeliest tokens that together have this probability")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb->add_option("--seed", flags->choice.seed, "The same seed gives the same text")
      ->capture_default_str();
  add_common(*verb, flags->common);
  verb->callback([flags, &action] {
    action = [flags] {
      return with_services(flags->common, [&](const service::Services& services) {
        return generate(*flags, services);
      });
    };
  });
}

}  // namespace glass::cli
