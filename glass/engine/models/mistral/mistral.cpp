#include "glass/engine/models/mistral/mistral.h"

#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/llama/relatives.h"

namespace glass::engine {
namespace {

Result<DecoderConfig> mistral(DecoderConfig config) {
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<DecoderConfig> mistral_from_options(const ModelOptions& options) {
  GLASS_TRY_STATUS(expect_dense(options, "Mistral"));
  GLASS_TRY(DecoderConfig config, llama_like_from_options(options));
  config.window = options.window;
  return mistral(config);
}

Result<DecoderConfig> mistral_from_hugging_face(const Json& json) {
  GLASS_TRY(DecoderConfig config, llama_like_from_hugging_face(json));
  GLASS_TRY(config.window, int_or(json, "sliding_window", 0));
  return mistral(config);
}

Json mistral_to_hugging_face(const DecoderConfig& config) {
  Json json = llama_like_to_hugging_face(config, "mistral", "MistralForCausalLM");
  (*json.if_object())["sliding_window"] = config.window == 0 ? Json(nullptr) : Json(config.window);
  return json;
}

std::vector<WeightSlice> mistral_weights(const DecoderConfig& config) {
  return llama_like_weights(config, {});
}

}  // namespace

ModelFamily mistral_family() {
  return {.name = "mistral",
          .model_type = "mistral",
          .architecture = "MistralForCausalLM",
          .from_options = mistral_from_options,
          .from_hugging_face = mistral_from_hugging_face,
          .to_hugging_face = mistral_to_hugging_face,
          .weights = mistral_weights,
          .gguf = llama_gguf()};
}

}  // namespace glass::engine
