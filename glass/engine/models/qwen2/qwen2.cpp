#include "glass/engine/models/qwen2/qwen2.h"

#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/llama/relatives.h"

namespace glass::engine {
namespace {

Result<DecoderConfig> qwen2(DecoderConfig config) {
  config.qkv_bias = true;
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<DecoderConfig> qwen2_from_options(const ModelOptions& options) {
  GLASS_TRY_STATUS(expect_no_window(options, "Qwen 2"));
  GLASS_TRY_STATUS(expect_dense(options, "Qwen 2"));
  GLASS_TRY(const DecoderConfig config, llama_like_from_options(options));
  return qwen2(config);
}

Result<DecoderConfig> qwen2_from_hugging_face(const Json& json) {
  GLASS_TRY_STATUS(expect_only(json, "use_sliding_window", false));
  GLASS_TRY(const DecoderConfig config, llama_like_from_hugging_face(json));
  return qwen2(config);
}

Json qwen2_to_hugging_face(const DecoderConfig& config) {
  Json json = llama_like_to_hugging_face(config, "qwen2", "Qwen2ForCausalLM");
  (*json.if_object())["use_sliding_window"] = false;
  return json;
}

std::vector<WeightSlice> qwen2_weights(const DecoderConfig& config) {
  return llama_like_weights(config, {});
}

}  // namespace

ModelFamily qwen2_family() {
  return {.name = "qwen2",
          .model_type = "qwen2",
          .architecture = "Qwen2ForCausalLM",
          .from_options = qwen2_from_options,
          .from_hugging_face = qwen2_from_hugging_face,
          .to_hugging_face = qwen2_to_hugging_face,
          .weights = qwen2_weights,
          .gguf = GgufNames{.architecture = "qwen2",
                            .keys = llama_like_gguf_keys(),
                            .weights = llama_like_gguf_weights,
                            .fits = expect_plain_head_width}};
}

}  // namespace glass::engine
