// export_gguf FOLDER FILE f32|f16|q8_0: a model's Hugging Face folder, as GGUF.
// export_gguf llama2c MODEL VOCABULARY FILE f32|f16|q8_0: a model of llama2.c.
// export_gguf random FAMILY FOLDER [TOKENIZER.json]: a small model of random weights, as a folder.
// What the tests that need other programs' opinions on such files write them with.
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/llama2c_vocabulary.h"
#include "glass/data/tokenizer/test_support.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/data/tokenizer/trainer.h"
#include "glass/engine/formats/gguf.h"
#include "glass/engine/formats/huggingface.h"
#include "glass/engine/formats/llama2c.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/models/family.h"
#include "glass/service/gguf_models.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

system::Files& files() {
  return system::posix_files();
}

Result<engine::GgufForm> form_of(std::string_view name) {
  if (name == "f32") return engine::GgufForm::kF32;
  if (name == "f16") return engine::GgufForm::kF16;
  if (name == "q8_0") return engine::GgufForm::kQ8_0;
  return invalid_input("a form is f32, f16 or q8_0");
}

// The first token where there are several.
Result<data::TokenId> token_of(const Json& config, std::string_view key) {
  const Json* token = config.find(key);
  if (token != nullptr && token->if_array() != nullptr && !token->if_array()->empty())
    return static_cast<data::TokenId>(*token->if_array()->front().if_int());
  GLASS_TRY(const int64_t id, config.get_int(key));
  return static_cast<data::TokenId>(id);
}

Status export_folder(const system::Path& folder, const system::Path& file, std::string_view form) {
  GLASS_TRY(const engine::GgufForm as, form_of(form));
  GLASS_TRY(const engine::ModelFile model, engine::import_huggingface(files(), folder));
  GLASS_TRY(const std::string text, files().read_text(folder / "config.json"));
  GLASS_TRY(const Json config, parse_json(text));
  GLASS_TRY(const engine::ModelFamily* family, engine::hugging_face_family(config));
  GLASS_TRY(const std::string json, files().read_text(folder / "tokenizer.json"));
  GLASS_TRY(const data::Tokenizer tokenizer, data::Tokenizer::from_json(json, "tokenizer.json"));
  engine::SpecialTokens special;
  GLASS_TRY(special.begin, token_of(config, "bos_token_id"));
  GLASS_TRY(special.end, token_of(config, "eos_token_id"));
  return write_gguf_model(files(), file,
                          {.family = *family,
                           .config = model.config,
                           .tensors = engine::views(model),
                           .tokenizer = tokenizer,
                           .special = special},
                          as, {{"glassworks.release.log_index", engine::GgufValue::text("17")}});
}

Status export_llama2c(const system::Path& model_file, const system::Path& vocabulary,
                      const system::Path& file, std::string_view form) {
  GLASS_TRY(const engine::GgufForm as, form_of(form));
  GLASS_TRY(const Bytes bytes, files().read(model_file));
  GLASS_TRY(const engine::ModelFile model, engine::parse_llama2c(bytes));
  GLASS_TRY(const Bytes words, files().read(vocabulary));
  GLASS_TRY(data::TokenizerParts parts, data::parse_llama2c_vocabulary(words));
  GLASS_TRY(const data::Tokenizer tokenizer, data::Tokenizer::make(std::move(parts)));
  return write_gguf_model(files(), file,
                          {.family = *engine::model_family("llama").value(),
                           .config = model.config,
                           .tensors = engine::views(model),
                           .tokenizer = tokenizer,
                           .special = {.begin = 1, .end = 2}},
                          as);
}

// Weights large enough that tokens differ clearly; those of norms lie around what they are at the
// beginning of a training.
void fill(engine::ModelFile& model) {
  uint32_t state = 2463534242;
  for (auto& [name, tensor] : model.tensors) {
    const bool norm = name.find("norm") != std::string::npos;
    const bool from_one = norm && name.ends_with(".weight") && !model.config.norm_plus_one;
    for (float& value : tensor.values) {
      state = state * 1664525 + 1013904223;
      const float uniform = static_cast<float>(state >> 8) / static_cast<float>(1 << 24) - 0.5F;
      value = norm ? 0.4F * uniform + (from_one ? 1.0F : 0.0F) : 0.6F * uniform;
    }
  }
}

Result<data::Tokenizer> small_tokenizer() {
  std::string text = data::mixed_text() + data::mixed_text();
  for (int i = 1; i < 200; ++i)
    text += "In year " + std::to_string(i * i) + " the river rose again, and we don't know why.\n";
  SerialParallel serial;
  GLASS_TRY(
      data::TrainedTokenizer trained,
      data::train_tokenizer(std::vector<std::string_view>{text}, {.vocabulary_size = 600}, serial));
  return std::move(trained.tokenizer);
}

Result<engine::DecoderConfig> small_config(const engine::ModelFamily& family, int64_t tokens) {
  const std::string_view name = family.name;
  const bool grouped = name != "gpt2" && name != "olmoe";
  const bool mixture = name == "mixtral" || name == "olmoe" || name == "qwen3_moe";
  GLASS_TRY(engine::DecoderConfig config,
            family.from_options({.layers = 2,
                                 .d_model = 64,
                                 .heads = 4,
                                 .kv_heads = grouped ? 2 : 4,
                                 .d_ff = 96,
                                 .vocabulary = tokens + 10,  // as models often have rows to spare
                                 .context = 256,
                                 .tied_embeddings = name == "gemma2" || name == "gpt2",
                                 .window = name.starts_with("gemma") ? 16 : 0,
                                 .experts = mixture ? 4 : 0,
                                 .experts_per_token = mixture ? 2 : 0}));
  if (name == "llama")
    config.rope_scaling = {.kind = engine::RopeScaling::Kind::kLlama3,
                           .factor = 8,
                           .low_frequency = 1,
                           .high_frequency = 4,
                           .context = 64};
  return config;
}

Status make_random(std::string_view name, const system::Path& folder, const std::string& json) {
  GLASS_TRY(const engine::ModelFamily* family, engine::model_family(name));
  std::string text;
  if (!json.empty()) {
    GLASS_TRY(text, files().read_text(json));
  }
  GLASS_TRY(const data::Tokenizer tokenizer,
            json.empty() ? small_tokenizer() : data::Tokenizer::from_json(text, json));
  GLASS_TRY(const engine::DecoderConfig config, small_config(*family, tokenizer.vocabulary_size()));
  GLASS_TRY(engine::ModelFile model, engine::empty_model(config, 1 << 28));
  fill(model);
  const data::TokenId end = tokenizer.end_of_text();
  const std::vector<data::TokenId>& prefix = tokenizer.parts().prefix;
  GLASS_TRY_STATUS(files().make_folders(folder));
  GLASS_TRY_STATUS(
      engine::export_huggingface(files(), folder, *family, config, engine::views(model),
                                 {.begin = prefix.empty() ? end : prefix.front(), .end = end}));
  return files().write_atomic(folder / "tokenizer.json", as_bytes(tokenizer.to_json()));
}

Status run(const std::vector<std::string>& words) {
  if ((words.size() == 3 || words.size() == 4) && words[0] == "random")
    return make_random(words[1], words[2], words.size() == 4 ? words[3] : "");
  if (words.size() == 5 && words[0] == "llama2c")
    return export_llama2c(words[1], words[2], words[3], words[4]);
  if (words.size() == 3) return export_folder(words[0], words[1], words[2]);
  return invalid_input("usage: export_gguf FOLDER FILE FORM, or as its first lines say");
}

}  // namespace
}  // namespace glass::service

int main(int argc, char** argv) {
  const glass::Status done = glass::service::run({argv + 1, argv + argc});
  if (!done) std::cerr << "export_gguf: " << done.error().message << '\n';
  return done ? 0 : 1;
}
