// add_model: the model of a release, in the forms that other programs load.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/formats/gguf.h"
#include "glass/engine/formats/gguf_blocks.h"
#include "glass/engine/formats/huggingface.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/shard_files.h"
#include "glass/engine/models/family.h"
#include "glass/record/release/release_layout.h"
#include "glass/service/gguf_models.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/recorded_file.h"
#include "glass/service/release/internal/release_parts.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

constexpr std::string_view kWeightsFile = "model.safetensors";

using engine::GgufForm;

const std::string kAdapterFolder = "adapter/";

Result<ReleasedForm> form_of(std::string_view name) {
  static constexpr std::pair<std::string_view, GgufForm> kForms[] = {
      {"F32", GgufForm::kF32}, {"F16", GgufForm::kF16}, {"Q8_0", GgufForm::kQ8_0}};
  for (const auto& [known, form] : kForms) {
    if (known == to_upper(name)) return ReleasedForm{.name = std::string(known), .form = form};
  }
  return invalid_input(
      fmt::format("\"{}\" is no form of a GGUF file; there are F32, F16 and Q8_0", name));
}

// What the release's small files say of its model.
struct ReleasedModel {
  const engine::ModelFamily* family;
  data::Tokenizer tokenizer;
  engine::SpecialTokens special;
  int64_t context;
};

Result<ReleasedModel> read_model(const StagedRelease& release, system::Files& files) {
  const system::Path tokenizer_file = release.path("tokenizer.json");
  GLASS_TRY(const std::string tokenizer_json, files.read_text(tokenizer_file));
  GLASS_TRY(data::Tokenizer tokenizer,
            data::Tokenizer::from_json(tokenizer_json, tokenizer_file.string()));
  GLASS_TRY(const std::string config_text, files.read_text(release.path("config.json")));
  GLASS_TRY(const Json config, parse_json(config_text));
  GLASS_TRY(const int64_t begin, config.get_int("bos_token_id"));
  GLASS_TRY(const int64_t end, config.get_int("eos_token_id"));
  GLASS_TRY(const engine::ModelFamily* family, engine::hugging_face_family(config));
  for (const int64_t token : {begin, end}) {
    if (token < 0 || token >= tokenizer.vocabulary_size())
      return fail(ErrorCode::kMismatch,
                  fmt::format("config.json names the token {}, tokenizer.json has {} tokens", token,
                              tokenizer.vocabulary_size()));
  }
  const int64_t context = config.get_int("max_position_embeddings").value_or(0);
  return ReleasedModel{
      .family = family,
      .tokenizer = std::move(tokenizer),
      .special = {.begin = static_cast<int32_t>(begin), .end = static_cast<int32_t>(end)},
      .context = context};
}

std::vector<float> rounded(std::span<const float> values, GgufForm form) {
  Bytes blocks;
  engine::append_gguf_blocks(form, values, blocks);
  std::vector<float> back(values.size());
  engine::read_gguf_blocks(form, blocks, back);
  return back;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(std::as_bytes(a), std::as_bytes(b));
}

// Norms that a format keeps as 1 + w give back a w that computes the same.
bool same_from_one(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(a, b, [](float x, float y) { return 1.0F + x == 1.0F + y; });
}

// What was read is what was written, rounded to one of the forms that its kind of tensor may have.
bool holds(std::span<const float> written, std::span<const float> read, GgufForm form) {
  if (written.size() != read.size()) return false;
  if (same_bits(written, read) || same_from_one(written, read)) return true;
  if (form == GgufForm::kF32) return false;
  if (same_bits(rounded(written, GgufForm::kF16), read)) return true;
  return form == GgufForm::kQ8_0 && written.size() % 32 == 0 &&
         same_bits(rounded(written, form), read);
}

Status expect_same_model(const ReleasedModel& model, const engine::ModelFile& weights,
                         const system::Path& file, GgufForm form, system::Files& files) {
  const auto differs = [&](std::string_view what) {
    return fail(ErrorCode::kMismatch,
                fmt::format("{} read back has another {}", file.string(), what));
  };
  GLASS_TRY(const GgufModel read, read_gguf_model(files, file));
  if (read.tokenizer.vocabulary_size() != model.tokenizer.vocabulary_size())
    return differs("tokenizer");
  if (read.model.tensors.size() != weights.tensors.size()) return differs("number of tensors");
  for (const auto& [name, tensor] : weights.tensors) {
    const auto found = read.model.tensors.find(name);
    if (found == read.model.tensors.end() || !holds(tensor.values, found->second.values, form))
      return differs(name);
  }
  return {};
}

Status add_gguf(StagedRelease& release, const ReleasedModel& model,
                const engine::ModelFile& weights, const std::string& file, GgufForm form,
                const crypto::Digest& run, system::Files& files) {
  const engine::TensorViews tensors = engine::views(weights);
  const engine::GgufKeys further = {
      {"glassworks.run", engine::GgufValue::text(crypto::to_text(run))}};
  GLASS_TRY(const system::Path path, release.new_path(file));
  GLASS_TRY_STATUS(write_gguf_model(
      files, path, {*model.family, weights.config, tensors, model.tokenizer, model.special}, form,
      further));
  GLASS_TRY_STATUS(expect_same_model(model, weights, path, form, files));
  return release.adopt(file);
}

// What transformers wants beside tokenizer.json, where the run has not written it.
Status add_tokenizer_config(StagedRelease& release, const ReleasedModel& model) {
  constexpr const char* kFile = "tokenizer_config.json";
  const std::string_view begin = model.tokenizer.piece(model.special.begin),
                         end = model.tokenizer.piece(model.special.end);
  const Json::Object special{{"bos_token", begin}, {"eos_token", end}};
  if (!release.files().contains("special_tokens_map.json"))
    GLASS_TRY_STATUS(release.write("special_tokens_map.json", to_pretty(Json(special))));
  if (release.files().contains(kFile)) return {};
  Json::Object config = special;
  config.emplace("tokenizer_class", "PreTrainedTokenizerFast");
  if (model.context > 0) config.emplace("model_max_length", model.context);
  config.emplace("clean_up_tokenization_spaces", false);
  return release.write(kFile, to_pretty(Json(config)));
}

}  // namespace

Status expect_wanted(const Services& services) {
  if (!services.interrupted()) return {};
  return fail(ErrorCode::kInterrupted, "the release was stopped; nothing was published");
}

Result<std::vector<ReleasedForm>> released_forms(const std::vector<std::string>& names) {
  std::vector<ReleasedForm> forms;
  for (const std::string& name : names) {
    GLASS_TRY(ReleasedForm form, form_of(name));
    if (std::ranges::find(forms, form.name, &ReleasedForm::name) != forms.end())
      return invalid_input(fmt::format("the form {} of a GGUF file is named twice", form.name));
    forms.push_back(std::move(form));
  }
  return forms;
}

Status expect_model_names(const RunRecord& record) {
  const std::string evidence = fmt::format("{}/", record::kEvidenceFolder);
  for (const auto& [file, digest] : record.subject.model) {
    if (record::is_stated(file) && file != record::kLogKeyFile && !file.starts_with(evidence) &&
        !file.starts_with(kAdapterFolder))
      continue;
    return invalid_input(
        fmt::format("the run's record has a file {} of its model, a name that a release needs for "
                    "itself",
                    file));
  }
  return {};
}

namespace {

// The weights as recorded, in one file or in several.
Status add_model_file(StagedRelease& release, const system::Path& from, const std::string& name,
                      const crypto::Digest& recorded, uint64_t shard_bytes, system::Files& files) {
  GLASS_TRY(const uint64_t bytes, files.size_bytes(from));
  if (name != kWeightsFile || bytes <= shard_bytes) return release.copy(from, name, recorded);
  GLASS_TRY_STATUS(recorded_file(files, from, recorded));
  GLASS_TRY(const std::vector<std::string> shards,
            engine::write_shards(files, from, release.folder(), shard_bytes));
  for (const std::string& shard : shards) GLASS_TRY_STATUS(release.adopt(shard));
  return {};
}

}  // namespace

Status add_model(StagedRelease& release, const RunRecord& record, const RunPaths& paths,
                 const std::string& name, const ModelForms& forms, const Services& services) {
  for (const auto& [file, digest] : record.subject.model) {
    GLASS_TRY_STATUS(expect_wanted(services));
    GLASS_TRY_STATUS(add_model_file(release, paths.model() / file, file, digest, forms.shard_bytes,
                                    services.files));
  }
  for (const auto& [file, digest] : record.subject.adapter)
    GLASS_TRY_STATUS(release.copy(paths.adapter() / file, kAdapterFolder + file, digest));
  GLASS_TRY(const ReleasedModel model, read_model(release, services.files));
  GLASS_TRY_STATUS(add_tokenizer_config(release, model));
  if (forms.gguf.empty()) return {};
  GLASS_TRY(const engine::ModelFile weights,
            engine::import_huggingface(services.files, release.folder()));
  for (const ReleasedForm& form : forms.gguf) {
    GLASS_TRY_STATUS(expect_wanted(services));
    const std::string file = fmt::format("{}-{}.gguf", name, form.name);
    services.progress.part(file, static_cast<uint64_t>(&form - forms.gguf.data()),
                           forms.gguf.size());
    GLASS_TRY_STATUS(add_gguf(release, model, weights, file, form.form, run_digest(record.subject),
                              services.files));
  }
  return {};
}

}  // namespace glass::service
