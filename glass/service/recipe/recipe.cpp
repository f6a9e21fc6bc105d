#include "glass/service/recipe/recipe.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/service/recipe/internal/json_fields.h"
#include "glass/service/recipe/internal/toml_fields.h"
#include "glass/service/recipe/sections.h"

namespace glass::service {
namespace {

// Contradictions between keys that are each in range. Every one names both keys.
Problems contradictions(const Recipe& recipe) {
  Problems problems;
  const auto expect = [&](bool holds, std::string what) {
    if (!holds) problems.push_back(std::move(what));
  };
  const ModelSettings& model = recipe.model;
  expect(model.d_model % model.heads == 0,
         fmt::format("model.d_model ({}) must be a multiple of model.heads ({})", model.d_model,
                     model.heads));
  expect(model.heads % model.kv_heads == 0,
         fmt::format("model.heads ({}) must be a multiple of model.kv_heads ({})", model.heads,
                     model.kv_heads));
  expect(model.family == "gpt2" || model.d_model / model.heads % 2 == 0,
         fmt::format("model.d_model / model.heads ({}) must be even: rotary positions turn pairs",
                     model.d_model / model.heads));
  const bool grouped = model.family != "gpt2" && model.family != "neox";
  expect(grouped || model.kv_heads == model.heads,
         fmt::format("model.kv_heads ({}) must equal model.heads ({}): {} has no grouped queries",
                     model.kv_heads, model.heads, model.family));
  const ScheduleSettings& schedule = recipe.schedule;
  expect(schedule.shape == "wsd" || schedule.warmup_steps <= recipe.train.steps,
         fmt::format("schedule.warmup_steps ({}) is more than train.steps ({})",
                     schedule.warmup_steps, recipe.train.steps));
  expect(
      schedule.shape != "wsd" || schedule.warmup_steps + schedule.decay_steps <= recipe.train.steps,
      fmt::format("schedule.warmup_steps ({}) and schedule.decay_steps ({}) together are more "
                  "than train.steps ({}); train longer or shorten them, for example --set "
                  "schedule.warmup_steps={} --set schedule.decay_steps={}",
                  schedule.warmup_steps, schedule.decay_steps, recipe.train.steps,
                  recipe.train.steps / 10, recipe.train.steps / 4));
  expect(!recipe.corpus.sources.empty(),
         "corpus.source is missing: a recipe needs at least one [[corpus.source]]");
  expect(!recipe.corpus.licences.empty(),
         "corpus.licences is missing: name the SPDX identifiers whose texts may be used");
  expect(!recipe.name.empty() && recipe.name.find('/') == std::string::npos &&
             !recipe.name.starts_with('.'),
         fmt::format("name is '{}'; it must be a plain folder name", recipe.name));
  for (size_t i = 0; i < recipe.corpus.sources.size(); ++i) {
    const SourceSettings& source = recipe.corpus.sources[i];
    const bool debian = source.kind == "debian";
    expect(debian ? !source.packages.empty() && source.paths.empty()
                  : !source.paths.empty() && source.packages.empty(),
           fmt::format("corpus.source[{}] is of kind {}: it needs '{}' and no '{}'", i, source.kind,
                       debian ? "packages" : "paths", debian ? "paths" : "packages"));
  }
  return problems;
}

void read_section(const toml::table& root, std::string_view name, auto& section,
                  const RecipeSource& source, Problems& problems) {
  const toml::node* node = root.get(name);
  if (node == nullptr) return;
  const auto* table = node->as_table();
  if (table == nullptr) {
    problems.push_back(fmt::format("{}{} must be a section, [{}]",
                                   where(source, name, node->source().begin), name, name));
    return;
  }
  TomlFields fields(*table, std::string(name), source, problems);
  describe(fields, section);
  fields.report_unknown_keys();
}

Recipe read_tables(const toml::table& root, const RecipeSource& source, Problems& problems) {
  Recipe recipe;
  TomlFields top(root, "", source, problems);
  describe(top, recipe);
  for_each_section(recipe, [&](std::string_view name, std::string_view, auto& section) {
    top.expect_elsewhere(name);
    read_section(root, name, section, source, problems);
  });
  top.report_unknown_keys();
  return recipe;
}

tl::unexpected<Error> refuse(const Problems& problems) {
  return fail(ErrorCode::kInvalidInput, fmt::format("{}", fmt::join(problems, "\n")));
}

}  // namespace

Result<Recipe> read_recipe(std::string_view text, std::string_view file,
                           std::span<const std::string> overrides) {
  RecipeSource source{.file = std::string(file), .overridden = {}};
  Problems problems;
  toml::table root;
  try {
    root = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}:{}:{}: {}", file, error.source().begin.line,
                            error.source().begin.column, error.description()));
  }
  for (const std::string& assignment : overrides)
    apply_override(root, assignment, source, problems);
  Recipe recipe = read_tables(root, source, problems);
  if (!problems.empty()) return refuse(problems);
  problems = contradictions(recipe);
  for (std::string& problem : problems) problem = fmt::format("{}: {}", file, problem);
  if (!problems.empty()) return refuse(problems);
  return recipe;
}

Json to_json(const Recipe& recipe) {
  Recipe copy = recipe;  // describe() visits mutable fields
  JsonWriter top;
  describe(top, copy);
  Json::Object root = std::move(top).take();
  for_each_section(copy, [&](std::string_view name, std::string_view, auto& section) {
    JsonWriter fields;
    describe(fields, section);
    root.emplace(std::string(name), std::move(fields).take());
  });
  return root;
}

Result<Recipe> recipe_from_json(const Json& json) {
  Recipe recipe;
  Problems problems;
  JsonReader top(json, "", problems);
  describe(top, recipe);
  for_each_section(recipe, [&](std::string_view name, std::string_view, auto& section) {
    const Json* object = json.find(name);
    JsonReader fields(object == nullptr ? Json() : *object, name, problems);
    describe(fields, section);
  });
  if (problems.empty() && !(to_json(recipe) == json))
    problems.emplace_back("the recorded recipe has keys that this version does not know");
  if (!problems.empty())
    return fail(ErrorCode::kCorruption, fmt::format("{}", fmt::join(problems, "\n")));
  return recipe;
}

}  // namespace glass::service
