// generate_text: a model on disk continues prompts.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/formats/huggingface.h"
#include "glass/engine/formats/model_file.h"
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

}  // namespace

Result<std::vector<std::string>> generate_text(const GenerateChoice& choice,
                                               const Services& services) {
  GLASS_TRY(const system::Path folder, model_folder(choice.model, services.files));
  GLASS_TRY(const engine::ModelFile model, engine::import_huggingface(services.files, folder));
  const system::Path file = folder / "tokenizer.json";
  GLASS_TRY(const std::string json, services.files.read_text(file));
  GLASS_TRY(const data::Tokenizer tokenizer, data::Tokenizer::from_json(json, file.string()));
  if (tokenizer.vocabulary_size() > model.config.vocabulary || tokenizer.end_of_text() < 0)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{} does not belong to the model beside it", file.string()));
  const auto parameters = [&](const std::string& name) -> std::span<const float> {
    const auto tensor = model.tensors.find(name);
    return tensor == model.tensors.end() ? std::span<const float>{} : tensor->second.values;
  };
  services.progress.generated(choice.prompts.front());
  return write_texts(
      {model.config, parameters, tokenizer}, choice.prompts, choice,
      [&](size_t prompt, std::string_view text) {
        if (prompt == 0) services.progress.generated(text);
      },
      services);
}

}  // namespace glass::service
