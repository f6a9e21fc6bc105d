// generate_text: a model on disk continues prompts.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/examples/chat_template.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/formats/huggingface.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/weight_format.h"
#include "glass/service/gguf_models.h"
#include "glass/service/run_folder.h"
#include "glass/service/sampling.h"
#include "glass/service/services.h"
#include "glass/service/use_cases.h"

namespace glass::service {
namespace {

// The folder with config.json: that of a run, or the one named.
Result<system::Path> model_folder(const system::Path& named, system::Files& files) {
  const system::Path of_run = RunPaths{.root = named}.model();
  for (const system::Path& folder : {of_run, named}) {
    if (files.exists(folder / "config.json")) return folder;
  }
  return fail(ErrorCode::kNotFound,
              fmt::format("{} holds neither a model nor a run with one; a model is there once the "
                          "training is finished",
                          named.string()));
}

// A token that the model's config.json names, or the first of several; nothing where it names none.
Result<std::optional<data::TokenId>> named_token(const Json& config, std::string_view key) {
  const Json* token = config.find(key);
  if (token != nullptr && token->if_array() != nullptr && !token->if_array()->empty())
    return named_token(Json::Object{{std::string(key), token->if_array()->front()}}, key);
  if (token == nullptr || token->is_null()) return std::nullopt;
  GLASS_TRY(const int64_t id, config.get_int(key));
  return std::optional(static_cast<data::TokenId>(id));
}

// How the model's turns are written; nothing where it knows no chat.
Result<std::optional<std::vector<data::ChatRole>>> roles_of(const system::Path& folder,
                                                            system::Files& files) {
  const system::Path file = folder / "chat.json";
  if (!files.exists(file)) return std::nullopt;
  GLASS_TRY(const std::string text, files.read_text(file));
  const auto json = parse_json(text);
  auto roles = json ? data::chat_roles_from_json(*json) : tl::unexpected(json.error());
  if (!roles) return in_context(file.string(), std::move(roles).error());
  return std::optional(std::move(*roles));
}

// What a text is written with.
struct ReadyModel {
  engine::ModelFile model;
  data::Tokenizer tokenizer;  // its end_of_text stands before a text
  std::optional<data::TokenId> end;
  std::optional<std::vector<data::ChatRole>> roles;  // of a chat
};

Result<ReadyModel> ready_in_folder(const GenerateChoice& choice, system::Files& files) {
  GLASS_TRY(const system::Path folder, model_folder(choice.model, files));
  GLASS_TRY(engine::ModelFile model, engine::import_huggingface(files, folder));
  const system::Path file = folder / "tokenizer.json";
  GLASS_TRY(const std::string json, files.read_text(file));
  GLASS_TRY(data::Tokenizer tokenizer, data::Tokenizer::from_json(json, file.string()));
  GLASS_TRY(const std::string config_text, files.read_text(folder / "config.json"));
  GLASS_TRY(const Json config, parse_json(config_text));
  GLASS_TRY(const std::optional<data::TokenId> begin, named_token(config, "bos_token_id"));
  GLASS_TRY(const std::optional<data::TokenId> end, named_token(config, "eos_token_id"));
  if (begin) {
    GLASS_TRY(tokenizer, tokenizer.with_end_of_text(*begin));
  }
  std::optional<std::vector<data::ChatRole>> roles;
  if (!choice.role.empty()) {
    GLASS_TRY(roles, roles_of(folder, files));
  }
  return ReadyModel{std::move(model), std::move(tokenizer), end, std::move(roles)};
}

Result<ReadyModel> ready_in_gguf(const GenerateChoice& choice, system::Files& files) {
  GLASS_TRY(GgufModel found, read_gguf_model(files, choice.model.string()));
  if (found.begin >= 0) {
    GLASS_TRY(found.tokenizer, found.tokenizer.with_end_of_text(found.begin));
  }
  const std::optional<data::TokenId> end = found.end < 0 ? std::nullopt : std::optional(found.end);
  return ReadyModel{std::move(found.model), std::move(found.tokenizer), end, std::nullopt};
}

}  // namespace

Result<std::vector<std::string>> generate_text(const GenerateChoice& choice,
                                               const Services& services) {
  GLASS_TRY(const ReadyModel ready, is_gguf(choice.model)
                                        ? ready_in_gguf(choice, services.files)
                                        : ready_in_folder(choice, services.files));
  const auto& [model, tokenizer, end, roles] = ready;
  if (tokenizer.vocabulary_size() > model.config.vocabulary || tokenizer.end_of_text() < 0)
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("{} has a tokenizer that does not belong to its model", choice.model.string()));
  std::optional<data::ChatTemplate> chat;  // which refers to the tokenizer where it lies now
  if (roles) {
    GLASS_TRY(chat, data::ChatTemplate::make(*roles, tokenizer));
  }
  const auto parameters = [&](const std::string& name) -> std::span<const float> {
    const auto tensor = model.tensors.find(name);
    return tensor == model.tensors.end() ? std::span<const float>{} : tensor->second.values;
  };
  services.progress.generated(choice.role.empty() ? choice.prompts.front() : "");
  return write_texts(
      {model.config, parameters, tokenizer, chat ? &*chat : nullptr, end}, choice.prompts, choice,
      [&](size_t prompt, std::string_view text) {
        if (prompt == 0) services.progress.generated(text);
      },
      services);
}

std::string_view numerics_class_of(const GenerateChoice& choice) {
  return engine::numerics_class(engine::weight_format(choice.weights).value());
}

}  // namespace glass::service
