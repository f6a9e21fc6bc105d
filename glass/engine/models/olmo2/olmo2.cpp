#include "glass/engine/models/olmo2/olmo2.h"

#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/llama/relatives.h"

namespace glass::engine {
namespace {

Result<DecoderConfig> olmo2(DecoderConfig config) {
  config.qk_norm = nn::QkNorm::kWhole;
  config.norm_place = DecoderConfig::NormPlace::kAfter;
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<DecoderConfig> olmo2_from_options(const ModelOptions& options) {
  GLASS_TRY_STATUS(expect_no_window(options, "OLMo 2"));
  GLASS_TRY_STATUS(expect_dense(options, "OLMo 2"));
  GLASS_TRY(const DecoderConfig config, llama_like_from_options(options));
  return olmo2(config);
}

Result<DecoderConfig> olmo2_from_hugging_face(const Json& json) {
  GLASS_TRY_STATUS(expect_only(json, "attention_bias", false));
  GLASS_TRY(const DecoderConfig config, llama_like_from_hugging_face(json));
  return olmo2(config);
}

Json olmo2_to_hugging_face(const DecoderConfig& config) {
  Json json = llama_like_to_hugging_face(config, "olmo2", "Olmo2ForCausalLM");
  (*json.if_object())["attention_bias"] = false;
  return json;
}

std::vector<WeightSlice> olmo2_weights(const DecoderConfig& config) {
  return llama_like_weights(
      config, {.norm1 = "post_attention_layernorm", .norm2 = "post_feedforward_layernorm"});
}

}  // namespace

ModelFamily olmo2_family() {
  return {.name = "olmo2",
          .model_type = "olmo2",
          .architecture = "Olmo2ForCausalLM",
          .from_options = olmo2_from_options,
          .from_hugging_face = olmo2_from_hugging_face,
          .to_hugging_face = olmo2_to_hugging_face,
          .weights = olmo2_weights,
          .gguf = GgufNames{.architecture = "olmo2",
                            .keys = llama_like_gguf_keys(),
                            .weights = llama_like_gguf_weights,
                            .needs_head = true,
                            .fits = expect_plain_head_width}};
}

}  // namespace glass::engine
