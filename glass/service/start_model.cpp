#include "glass/service/start_model.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/data/rights/spdx.h"
#include "glass/data/tokenizer/llama2c_vocabulary.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/engine/formats/huggingface.h"
#include "glass/engine/formats/llama2c.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/formats/slice_files.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"
#include "glass/engine/train/training_state.h"
#include "glass/service/gguf_models.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/recorded_file.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/service/staged_folder.h"

namespace glass::service {
namespace {

constexpr std::string_view kManifestKind = "start-model";

// A model where somebody else keeps it.
struct FoundModel {
  engine::ModelFile model;
  const engine::ModelFamily* family;
  data::Tokenizer tokenizer;
  crypto::Digest weights;
  std::optional<RunRecord> record;  // of the run that made it
};

// The folder of the model, and of the run around it, if it is one.
struct FoundFolder {
  system::Path model;
  std::optional<RunPaths> run;
};

Result<FoundFolder> find_folder(const system::Path& path, system::Files& files) {
  const RunPaths run{.root = path};
  if (files.exists(run.model() / "config.json")) return FoundFolder{run.model(), run};
  if (files.exists(path / "config.json")) return FoundFolder{path, std::nullopt};
  return fail(ErrorCode::kNotFound,
              fmt::format("start.model is {}, which holds neither a model (config.json, "
                          "model.safetensors, tokenizer.json) nor a finished run",
                          path.string()));
}

// The record of the run speaks of these weights.
Result<RunRecord> record_of(const RunPaths& run, const crypto::Digest& weights,
                            system::Files& files) {
  GLASS_TRY(RunRecord record, read_run_record(files, run));
  const auto named = record.subject.model.find("model.safetensors");
  if (named == record.subject.model.end() || named->second != weights)
    return fail(ErrorCode::kMismatch,
                fmt::format("{} is not the record of the weights beside it; verify that run first",
                            run.record().string()));
  return record;
}

Result<crypto::Digest> file_digest(const system::Path& file, system::Files& files) {
  GLASS_TRY(const auto mapped, files.map(file));
  return crypto::sha256(mapped->bytes());
}

// What a template puts before a text is what its model has seen between texts: <s> of Llama 2.
Result<data::Tokenizer> between_texts(data::Tokenizer tokenizer) {
  const std::vector<data::TokenId>& prefix = tokenizer.parts().prefix;
  if (prefix.empty()) return tokenizer;
  return tokenizer.with_end_of_text(prefix.front());
}

Result<FoundModel> find_in_folder(const system::Path& path, system::Files& files) {
  GLASS_TRY(const FoundFolder found, find_folder(path, files));
  GLASS_TRY(const engine::WeightFiles weight_files, engine::WeightFiles::open(files, found.model));
  const crypto::Digest weights = weight_files.digest();
  GLASS_TRY(engine::ModelFile model, engine::import_huggingface(files, found.model));
  GLASS_TRY(const std::string config, files.read_text(found.model / "config.json"));
  GLASS_TRY(const Json json, parse_json(config));
  GLASS_TRY(const engine::ModelFamily* family, engine::hugging_face_family(json));
  const system::Path tokenizer_file = found.model / "tokenizer.json";
  GLASS_TRY(const std::string text, files.read_text(tokenizer_file));
  GLASS_TRY(data::Tokenizer tokenizer, data::Tokenizer::from_json(text, tokenizer_file.string()));
  GLASS_TRY(tokenizer, between_texts(std::move(tokenizer)));
  std::optional<RunRecord> record;
  if (found.run && files.exists(found.run->record())) {
    GLASS_TRY(record, record_of(*found.run, weights, files));
  }
  return FoundModel{.model = std::move(model),
                    .family = family,
                    .tokenizer = std::move(tokenizer),
                    .weights = weights,
                    .record = std::move(record)};
}

Result<data::Tokenizer> llama2c_tokenizer(const system::Path& file, system::Files& files) {
  GLASS_TRY(const auto mapped, files.map(file));
  auto parts = data::parse_llama2c_vocabulary(mapped->bytes());
  if (!parts) return in_context(file.string(), parts.error());
  GLASS_TRY(data::Tokenizer tokenizer, data::Tokenizer::make(std::move(*parts)));
  return between_texts(std::move(tokenizer));
}

Result<FoundModel> find_llama2c(const StartSettings& start, const system::Path& recipe_folder,
                                system::Files& files) {
  const system::Path file = recipe_folder / start.model;
  if (start.tokenizer.empty())
    return fail(ErrorCode::kInvalidInput,
                fmt::format("start.model is the file {}, a llama2.c model: name its vocabulary in "
                            "start.tokenizer",
                            file.string()));
  GLASS_TRY(const auto mapped, files.map(file));
  auto model = engine::parse_llama2c(mapped->bytes());
  if (!model) return in_context(file.string(), model.error());
  GLASS_TRY(data::Tokenizer tokenizer, llama2c_tokenizer(recipe_folder / start.tokenizer, files));
  return FoundModel{.model = std::move(*model),
                    .family = engine::model_family("llama").value(),
                    .tokenizer = std::move(tokenizer),
                    .weights = crypto::sha256(mapped->bytes()),
                    .record = std::nullopt};
}

Result<FoundModel> find_gguf(const StartSettings& start, const system::Path& recipe_folder,
                             system::Files& files) {
  const system::Path tokenizer_json =
      start.tokenizer.empty() ? system::Path() : recipe_folder / start.tokenizer;
  GLASS_TRY(GgufModel found, read_gguf_model(files, recipe_folder / start.model, tokenizer_json));
  GLASS_TRY(data::Tokenizer tokenizer, between_texts(std::move(found.tokenizer)));
  return FoundModel{.model = std::move(found.model),
                    .family = found.family,
                    .tokenizer = std::move(tokenizer),
                    .weights = found.digest,
                    .record = std::nullopt};
}

Result<FoundModel> find_model(const StartSettings& start, const system::Path& recipe_folder,
                              system::Files& files) {
  const system::Path path = recipe_folder / start.model;
  if (!files.exists(path))
    return fail(ErrorCode::kNotFound, fmt::format("start.model: there is no {}", path.string()));
  if (path.extension() == ".bin") return find_llama2c(start, recipe_folder, files);
  if (is_gguf(path)) return find_gguf(start, recipe_folder, files);
  if (!start.tokenizer.empty())
    return fail(ErrorCode::kInvalidInput,
                fmt::format("start.tokenizer is {}, but the folder {} has a tokenizer of its own; "
                            "leave it out",
                            start.tokenizer, path.string()));
  return find_in_folder(path, files);
}

// Nobody goes on from another model than the one that was meant.
Status expect_pinned(const StartSettings& start, const crypto::Digest& weights) {
  const std::string found = crypto::to_text(weights).substr(std::string_view("sha256:").size());
  if (start.sha256 == found) return {};
  if (start.sha256.empty())
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("start.sha256 is missing. The weights of {} have the digest {}; if this "
                    "is the model you mean, add to [start]\n  sha256 = \"{}\"",
                    start.model, found, found));
  return fail(ErrorCode::kInvalidInput,
              fmt::format("the weights of {} have the digest {}, and start.sha256 is {}: it is "
                          "another model",
                          start.model, found, start.sha256));
}

Status expect_belongs(const FoundModel& found, const StartSettings& start) {
  if (found.tokenizer.vocabulary_size() > found.model.config.vocabulary)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the tokenizer of {} has {}, the model only {}", start.model,
                            count_text(found.tokenizer.vocabulary_size(), "token"),
                            count_text(found.model.config.vocabulary)));
  if (found.tokenizer.end_of_text() < 0)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the tokenizer of {} has no token that ends a text", start.model));
  return {};
}

Json to_json(const StartManifest& manifest) {
  Json::Object json{{"kind", kManifestKind},
                    {"version", 1},
                    {"weights", crypto::to_text(manifest.weights)},
                    {"parameters", crypto::to_text(manifest.parameters)},
                    {"tokenizer", crypto::to_text(manifest.tokenizer)},
                    {"end_of_text", manifest.end_of_text},
                    {"licence", manifest.licence}};
  if (manifest.run) json.emplace("run", crypto::to_text(*manifest.run));
  return json;
}

Result<StartManifest> manifest_from_text(std::string_view text) {
  StartManifest manifest;
  GLASS_TRY(const Json json, parse_json(text));
  const auto digest = [&](std::string_view key) -> Result<crypto::Digest> {
    GLASS_TRY(const std::string value, json.get_string(key));
    return crypto::digest_from_text(value);
  };
  GLASS_TRY(manifest.weights, digest("weights"));
  GLASS_TRY(manifest.parameters, digest("parameters"));
  GLASS_TRY(manifest.tokenizer, digest("tokenizer"));
  GLASS_TRY(const int64_t end_of_text, json.get_int("end_of_text"));
  manifest.end_of_text = static_cast<data::TokenId>(end_of_text);
  GLASS_TRY(manifest.licence, json.get_string("licence"));
  if (json.find("run") != nullptr) {
    GLASS_TRY(manifest.run, digest("run"));
  }
  if (to_canonical(to_json(manifest)) != text)
    return fail(ErrorCode::kCorruption, "it is not a manifest that this program writes");
  return manifest;
}

// Fills the run's copy; gives the text of its manifest.
Result<std::string> fill_start(const FoundModel& found, const std::string& licence,
                               const system::Path& folder, const Services& services) {
  system::Files& files = services.files;
  const data::TokenId end = found.tokenizer.end_of_text();
  GLASS_TRY_STATUS(engine::export_huggingface(files, folder, *found.family, found.model.config,
                                              engine::views(found.model),
                                              {.begin = end, .end = end}));
  const std::string tokenizer = found.tokenizer.to_json();
  GLASS_TRY_STATUS(files.write_atomic(folder / "tokenizer.json", as_bytes(tokenizer)));
  // As it will be read: a file may hold the rows of heads in another order.
  GLASS_TRY(const engine::ModelFile copy, engine::import_huggingface(files, folder));
  StartManifest manifest{
      .weights = found.weights,
      .parameters = engine::total(engine::digests_of(copy.tensors, services.parallel)),
      .tokenizer = crypto::sha256(tokenizer),
      .end_of_text = end,
      .licence = licence,
      .run = std::nullopt};
  if (found.record) {
    manifest.run = run_digest(found.record->subject);
    GLASS_TRY_STATUS(files.write_atomic(folder / "record.json",
                                        as_bytes(record::to_text(found.record->statement))));
  }
  std::string text = to_canonical(to_json(manifest));
  GLASS_TRY_STATUS(files.write_atomic(folder / "manifest.json", as_bytes(text)));
  return text;
}

// Gives the digest of the manifest.
Result<crypto::Digest> write_start(const FoundModel& found, const std::string& licence,
                                   const system::Path& target, const Services& services) {
  std::string manifest;
  GLASS_TRY_STATUS(
      publish_filled(target, services.files, [&](const system::Path& folder) -> Status {
        GLASS_TRY(manifest, fill_start(found, licence, folder, services));
        return {};
      }));
  return crypto::sha256(manifest);
}

// The record beside a start that came from a run is that run's.
Status expect_record(const StartManifest& manifest, const RunPaths& paths, system::Files& files) {
  if (!manifest.run) return {};
  GLASS_TRY(const RunRecord record, record_of({.root = paths.start()}, manifest.weights, files));
  return expect_same("the run that the start came from", *manifest.run, run_digest(record.subject));
}

Result<std::string> licence_of(const StartSettings& start) {
  const auto licence = data::parse_spdx(start.licence);
  if (!licence) return in_context("start.licence", licence.error());
  return data::to_text(*licence);
}

}  // namespace

Result<StartModel> read_start(const RunPaths& paths, const Services& services) {
  const system::Path file = paths.start() / "manifest.json";
  GLASS_TRY(const std::string text, services.files.read_text(file));
  auto manifest = manifest_from_text(text);
  if (!manifest) return changed(file, manifest.error().message);
  GLASS_TRY(engine::ModelFile model, engine::import_huggingface(services.files, paths.start()));
  GLASS_TRY_STATUS(
      expect_same("what the start's tensors are", manifest->parameters,
                  engine::total(engine::digests_of(model.tensors, services.parallel))));
  GLASS_TRY(const crypto::Digest tokenizer,
            file_digest(paths.start() / "tokenizer.json", services.files));
  GLASS_TRY_STATUS(expect_same("the start's tokenizer", manifest->tokenizer, tokenizer));
  GLASS_TRY_STATUS(expect_record(*manifest, paths, services.files));
  GLASS_TRY(const std::string config, services.files.read_text(paths.start() / "config.json"));
  GLASS_TRY(const Json json, parse_json(config));
  GLASS_TRY(const engine::ModelFamily* family, engine::hugging_face_family(json));
  return StartModel{.model = std::move(model),
                    .family = family,
                    .manifest = std::move(*manifest),
                    .manifest_digest = crypto::sha256(text)};
}

Result<StartModel> prepare_start(const Recipe& recipe, const system::Path& recipe_folder,
                                 RunFolder& folder, const Services& services) {
  const RunPaths& paths = folder.paths();
  const crypto::Digest inputs = crypto::sha256(to_canonical(*to_json(recipe).find("start")));
  const auto digest = folder.finished("start", inputs);
  const bool found = digest && services.files.exists(paths.start());
  services.progress.stage("start", found);
  if (!found) {
    const StartSettings& start = recipe.start;
    GLASS_TRY(const std::string licence, licence_of(start));
    GLASS_TRY(const FoundModel model, find_model(start, recipe_folder, services.files));
    GLASS_TRY_STATUS(expect_pinned(start, model.weights));
    GLASS_TRY_STATUS(expect_belongs(model, start));
    GLASS_TRY(const crypto::Digest made, write_start(model, licence, paths.start(), services));
    if (digest) GLASS_TRY_STATUS(expect_same("the start, copied again,", *digest, made));
    GLASS_TRY_STATUS(folder.finish("start", inputs, made));
    GLASS_TRY(const auto parameters, engine::parameters(model.model.config));
    services.progress.note(fmt::format("{} parameters, under {}{}",
                                       count_text(engine::parameter_count(parameters)), licence,
                                       model.record ? ", the model of a recorded run" : ""));
  }
  GLASS_TRY(StartModel start, read_start(paths, services));
  if (found && start.manifest_digest != *digest)
    return changed(paths.start(), "its manifest is not the one this run was made with");
  return start;
}

Result<engine::DecoderConfig> start_config(const Recipe& recipe, const system::Path& recipe_folder,
                                           const Services& services) {
  GLASS_TRY(const FoundModel found, find_model(recipe.start, recipe_folder, services.files));
  return found.model.config;
}

}  // namespace glass::service
