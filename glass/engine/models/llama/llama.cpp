#include "glass/engine/models/llama/llama.h"

#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/llama/relatives.h"

namespace glass::engine {
namespace {

Result<DecoderConfig> llama(DecoderConfig config) {
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<DecoderConfig> llama_from_options(const ModelOptions& options) {
  GLASS_TRY_STATUS(expect_no_window(options, "Llama"));
  GLASS_TRY_STATUS(expect_dense(options, "Llama"));
  GLASS_TRY(const DecoderConfig config, llama_like_from_options(options));
  return llama(config);
}

Result<DecoderConfig> llama_from_hugging_face(const Json& json) {
  GLASS_TRY_STATUS(expect_only(json, "attention_bias", false));
  GLASS_TRY(const DecoderConfig config, llama_like_from_hugging_face(json));
  return llama(config);
}

Json llama_to_hugging_face(const DecoderConfig& config) {
  Json json = llama_like_to_hugging_face(config, "llama", "LlamaForCausalLM");
  (*json.if_object())["attention_bias"] = false;
  (*json.if_object())["mlp_bias"] = false;
  return json;
}

std::vector<WeightSlice> llama_weights(const DecoderConfig& config) {
  return llama_like_weights(config, {});
}

}  // namespace

ModelFamily llama_family() {
  return {.name = "llama",
          .model_type = "llama",
          .architecture = "LlamaForCausalLM",
          .from_options = llama_from_options,
          .from_hugging_face = llama_from_hugging_face,
          .to_hugging_face = llama_to_hugging_face,
          .weights = llama_weights,
          .gguf = llama_gguf()};
}

}  // namespace glass::engine
