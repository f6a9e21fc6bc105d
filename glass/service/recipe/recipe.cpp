#include "glass/service/recipe/recipe.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/ascii.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/service/recipe/sections.h"
#include "glass/settings/json_fields.h"
#include "glass/settings/problems.h"
#include "glass/settings/settings_file.h"

namespace glass::service {

using settings::JsonReader;
using settings::JsonWriter;
using settings::Problems;
using settings::SettingsFile;

namespace {

constexpr std::array<std::string_view, 5> kParameterKinds = {"embedding", "head", "matrix", "norm",
                                                             "bias"};

void add_contradictions_of_schedule(const Recipe& recipe, Problems& problems) {
  const ScheduleSettings& schedule = recipe.schedule;
  const int64_t steps = recipe.train.steps;
  const bool wsd = schedule.shape == "wsd", pieces = schedule.shape == "pieces";
  if (pieces != !schedule.pieces.empty())
    problems.push_back(pieces ? "schedule.shape is 'pieces': give at least one [[schedule.piece]]"
                              : fmt::format("schedule.piece belongs to schedule.shape = 'pieces', "
                                            "not to '{}'",
                                            schedule.shape));
  if (!wsd && !pieces && schedule.warmup_steps > steps)
    problems.push_back(fmt::format("schedule.warmup_steps ({}) is more than train.steps ({})",
                                   schedule.warmup_steps, steps));
  if (wsd && schedule.warmup_steps + schedule.decay_steps > steps)
    problems.push_back(
        fmt::format("schedule.warmup_steps ({}) and schedule.decay_steps ({}) together are more "
                    "than train.steps ({}); train longer or shorten them, for example --set "
                    "schedule.warmup_steps={} --set schedule.decay_steps={}",
                    schedule.warmup_steps, schedule.decay_steps, steps, steps / 10, steps / 4));
}

void add_contradictions_of_average(const Recipe& recipe, Problems& problems) {
  if (recipe.average.use && recipe.average.decay == 0)
    problems.emplace_back("average.use needs an average.decay above 0, such as 0.999");
}

void add_contradictions_of_groups(const OptimizerSettings& optimizer, Problems& problems) {
  for (size_t i = 0; i < optimizer.groups.size(); ++i) {
    for (const std::string& kind : optimizer.groups[i].kinds) {
      if (std::ranges::find(kParameterKinds, kind) == kParameterKinds.end())
        problems.push_back(fmt::format("optimizer.group[{}].kinds has '{}'; known are {}", i, kind,
                                       fmt::join(kParameterKinds, ", ")));
    }
  }
}

constexpr std::array<std::string_view, 4> kAdapterTargets = {"qkv", "out", "up", "down"};

bool is_digest(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

void add_contradictions_of_start(const Recipe& recipe, Problems& problems) {
  const StartSettings& start = recipe.start;
  const auto expect = [&](bool holds, std::string what) {
    if (!holds) problems.push_back(std::move(what));
  };
  if (start.model.empty()) {
    expect(start.tokenizer.empty() && start.sha256.empty() && start.licence.empty(),
           "start.model is missing: [start] names the model to go on from");
    expect(recipe.adapter.rank == 0,
           "adapter.rank needs a start.model: adapters are trained on top of a model");
    return;
  }
  expect(start.sha256.empty() || is_digest(start.sha256),
         fmt::format("start.sha256 is '{}'; it must be 64 hexadecimal digits in lower case",
                     start.sha256));
  expect(!start.licence.empty(),
         "start.licence is missing: name the SPDX expression under which the model may be used");
  if (recipe.adapter.rank == 0) return;
  expect(!recipe.adapter.targets.empty(), "adapter.targets is empty: name a layer, such as 'qkv'");
  for (const std::string& target : recipe.adapter.targets)
    expect(std::ranges::find(kAdapterTargets, target) != kAdapterTargets.end(),
           fmt::format("adapter.targets has '{}'; known are {}", target,
                       fmt::join(kAdapterTargets, ", ")));
}

void add_contradictions_of_objective(const Recipe& recipe, Problems& problems) {
  const std::string& objective = recipe.train.objective;
  const auto expect = [&](bool holds, std::string what) {
    if (!holds) problems.push_back(std::move(what));
  };
  if (objective == "next_token") {
    expect(recipe.chat.roles.empty(),
           "chat.role is for train.objective = 'chat' or 'preference', and that is 'next_token'");
    return;
  }
  expect(!recipe.chat.roles.empty(),
         fmt::format("chat.role is missing: train.objective is '{}', so say how the turns of each "
                     "role are written",
                     objective));
  for (size_t i = 0; i < recipe.corpus.sources.size(); ++i)
    expect(recipe.corpus.sources[i].kind == "jsonl",
           fmt::format("corpus.source[{}] is of kind {}: train.objective = '{}' takes jsonl", i,
                       recipe.corpus.sources[i].kind, objective));
  expect(objective != "preference" || !recipe.start.model.empty(),
         "train.objective = 'preference' needs a start.model: the answers are compared with what "
         "that model thinks of them");
}

// Contradictions between keys that are each in range. Every one names both keys.
Problems contradictions(const Recipe& recipe) {
  Problems problems;
  const auto expect = [&](bool holds, std::string what) {
    if (!holds) problems.push_back(std::move(what));
  };
  add_contradictions_of_start(recipe, problems);
  add_contradictions_of_objective(recipe, problems);
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
  const bool window =
      model.family == "gemma2" || model.family == "gemma3" || model.family == "mistral";
  expect(window || model.window == 0,
         fmt::format("model.window ({}) must be 0: {} has no sliding window", model.window,
                     model.family));
  const bool sparse =
      model.family == "mixtral" || model.family == "olmoe" || model.family == "qwen3_moe";
  expect(sparse || (model.experts == 0 && model.experts_per_token == 0),
         fmt::format("model.experts ({}) and model.experts_per_token ({}) must be 0: {} has no "
                     "experts",
                     model.experts, model.experts_per_token, model.family));
  expect(!sparse || (model.experts_per_token >= 1 && model.experts_per_token <= model.experts),
         fmt::format("model.experts_per_token ({}) must lie between 1 and model.experts ({}): {} "
                     "is a mixture of experts",
                     model.experts_per_token, model.experts, model.family));
  add_contradictions_of_schedule(recipe, problems);
  add_contradictions_of_groups(recipe.optimizer, problems);
  add_contradictions_of_average(recipe, problems);
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

// A section that the start decides must not be given besides.
void refuse_idle_sections(const Recipe& recipe, SettingsFile& file) {
  if (recipe.start.model.empty()) return;
  for (const std::string_view name : {"model", "tokenizer"}) {
    if (file.has_section(name))
      file.report(name, fmt::format("[{}] contradicts [start], whose model brings its own; leave "
                                    "one of them out",
                                    name));
  }
}

}  // namespace

Result<Recipe> read_recipe(std::string_view text, std::string_view name,
                           std::span<const std::string> overrides) {
  GLASS_TRY(SettingsFile file, SettingsFile::parse(text, name));
  for (const std::string& assignment : overrides) file.set(assignment);
  Recipe recipe;
  file.read_top(recipe);
  for_each_section(recipe, [&](std::string_view section, std::string_view, auto& into) {
    file.read_section(section, into);
  });
  refuse_idle_sections(recipe, file);
  GLASS_TRY_STATUS(file.finish());
  Problems problems = contradictions(recipe);
  for (std::string& problem : problems) problem = fmt::format("{}: {}", name, problem);
  GLASS_TRY_STATUS(settings::refuse(problems));
  return recipe;
}

bool applies(const Recipe& recipe, std::string_view section) {
  const bool started = !recipe.start.model.empty();
  if (section == "start") return started;
  if (section == "model" || section == "tokenizer") return !started;
  if (section == "adapter") return recipe.adapter.rank > 0;
  if (section == "chat") return recipe.train.objective != "next_token";
  if (section == "numerics") return recipe.numerics.numerics_class != "portable-1";
  if (section == "preference") return recipe.train.objective == "preference";
  return true;
}

Json to_json(const Recipe& recipe) {
  Recipe copy = recipe;  // describe() visits mutable fields
  JsonWriter top;
  describe(top, copy);
  Json::Object root = std::move(top).take();
  for_each_section(copy, [&](std::string_view name, std::string_view, auto& section) {
    if (!applies(recipe, name)) return;
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
    if (object == nullptr && !applies(recipe, name)) return;
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
