#include "glass/service/run_folder.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/recorded_file.h"

namespace glass::service {
namespace {

Result<Json> read_json(system::Files& files, const system::Path& file) {
  GLASS_TRY(const std::string text, files.read_text(file));
  auto json = parse_json(text);
  if (!json) return changed(file, json.error().message);
  return json;
}

}  // namespace

std::vector<std::string> differences(const Json& theirs, const Json& ours, std::string_view path) {
  const auto* left = theirs.if_object();
  const auto* right = ours.if_object();
  if (left == nullptr || right == nullptr) {
    if (theirs == ours) return {};
    return {fmt::format("{}: {}, not {}", path, to_canonical(theirs), to_canonical(ours))};
  }
  std::set<std::string> keys;
  for (const auto& [key, value] : *left) keys.insert(key);
  for (const auto& [key, value] : *right) keys.insert(key);
  std::vector<std::string> found;
  for (const std::string& key : keys) {
    const Json* a = theirs.find(key);
    const Json* b = ours.find(key);
    const std::string inner = path.empty() ? key : fmt::format("{}.{}", path, key);
    for (std::string& line :
         differences(a == nullptr ? Json() : *a, b == nullptr ? Json() : *b, inner))
      found.push_back(std::move(line));
  }
  return found;
}

Result<Recipe> recorded_recipe(system::Files& files, const RunPaths& paths) {
  GLASS_TRY(const Json json, read_json(files, paths.recipe()));
  auto recipe = recipe_from_json(json);
  if (!recipe) return changed(paths.recipe(), recipe.error().message);
  return recipe;
}

Result<RunFolder> RunFolder::open(system::Files& files, const system::Path& root,
                                  const Recipe& recipe) {
  RunFolder folder(files, RunPaths{.root = root});
  const RunPaths& paths = folder.paths_;
  GLASS_TRY_STATUS(files.make_folders(root));
  GLASS_TRY(folder.lock_, files.lock(root));
  const Json ours = to_json(recipe);
  if (files.exists(paths.recipe())) {
    GLASS_TRY(const Json theirs, read_json(files, paths.recipe()));
    const std::vector<std::string> changed = differences(theirs, ours, "");
    if (!changed.empty() && files.exists(paths.chain()))
      return fail(ErrorCode::kRefused,
                  fmt::format("{} holds a run of another recipe, which has\n  {}\nKeep it and "
                              "choose another folder with --out, or remove it.",
                              root.string(), fmt::join(changed, "\n  ")));
  }
  GLASS_TRY_STATUS(files.write_atomic(paths.recipe(), as_bytes(to_canonical(ours))));
  if (files.exists(paths.stages())) {
    GLASS_TRY(Json stages, read_json(files, paths.stages()));
    if (stages.if_object() == nullptr)
      return fail(ErrorCode::kCorruption,
                  fmt::format("{} is no list of stages; remove it to have them checked anew",
                              paths.stages().string()));
    folder.stages_ = std::move(*stages.if_object());
  }
  return folder;
}

std::optional<crypto::Digest> RunFolder::finished(std::string_view stage,
                                                  const crypto::Digest& inputs) const {
  const auto entry = stages_.find(stage);
  if (entry == stages_.end()) return std::nullopt;
  const auto recorded = entry->second.get_string("inputs");
  const auto result = entry->second.get_string("result");
  if (!recorded || !result || *recorded != crypto::to_text(inputs)) return std::nullopt;
  const auto digest = crypto::digest_from_text(*result);
  if (!digest) return std::nullopt;
  return *digest;
}

Status RunFolder::finish(std::string_view stage, const crypto::Digest& inputs,
                         const crypto::Digest& result) {
  stages_.insert_or_assign(std::string(stage), Json::Object{{"inputs", crypto::to_text(inputs)},
                                                            {"result", crypto::to_text(result)}});
  return files_->write_atomic(paths_.stages(), as_bytes(to_pretty(stages_)));
}

}  // namespace glass::service
