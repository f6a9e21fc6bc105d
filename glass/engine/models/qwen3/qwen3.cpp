#include "glass/engine/models/qwen3/qwen3.h"

#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/llama/relatives.h"

namespace glass::engine {
namespace {

Result<DecoderConfig> qwen3(DecoderConfig config) {
  config.qk_norm = nn::QkNorm::kHeads;
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<DecoderConfig> qwen3_from_options(const ModelOptions& options) {
  GLASS_TRY_STATUS(expect_no_window(options, "Qwen 3"));
  GLASS_TRY_STATUS(expect_dense(options, "Qwen 3"));
  GLASS_TRY(const DecoderConfig config, llama_like_from_options(options));
  return qwen3(config);
}

Result<DecoderConfig> qwen3_from_hugging_face(const Json& json) {
  GLASS_TRY_STATUS(expect_only(json, "attention_bias", false));
  GLASS_TRY_STATUS(expect_only(json, "use_sliding_window", false));
  GLASS_TRY(const DecoderConfig config, llama_like_from_hugging_face(json));
  return qwen3(config);
}

Json qwen3_to_hugging_face(const DecoderConfig& config) {
  Json json = llama_like_to_hugging_face(config, "qwen3", "Qwen3ForCausalLM");
  (*json.if_object())["attention_bias"] = false;
  (*json.if_object())["use_sliding_window"] = false;
  return json;
}

std::vector<WeightSlice> qwen3_weights(const DecoderConfig& config) {
  return llama_like_weights(config, {});
}

}  // namespace

ModelFamily qwen3_family() {
  return {.name = "qwen3",
          .model_type = "qwen3",
          .architecture = "Qwen3ForCausalLM",
          .from_options = qwen3_from_options,
          .from_hugging_face = qwen3_from_hugging_face,
          .to_hugging_face = qwen3_to_hugging_face,
          .weights = qwen3_weights,
          .gguf = GgufNames{.architecture = "qwen3",
                            .keys = llama_like_gguf_keys(),
                            .weights = llama_like_gguf_weights}};
}

}  // namespace glass::engine
