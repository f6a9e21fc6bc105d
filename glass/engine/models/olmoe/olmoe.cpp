#include "glass/engine/models/olmoe/olmoe.h"

#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/llama/relatives.h"

namespace glass::engine {
namespace {

Result<DecoderConfig> olmoe(DecoderConfig config) {
  config.qk_norm = nn::QkNorm::kWhole;
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<DecoderConfig> olmoe_from_options(const ModelOptions& options) {
  GLASS_TRY_STATUS(expect_no_window(options, "OLMoE"));
  GLASS_TRY_STATUS(expect_experts(options, "OLMoE"));
  GLASS_TRY(DecoderConfig config, llama_like_from_options(options));
  add_experts(config, options);
  return olmoe(config);
}

Result<DecoderConfig> olmoe_from_hugging_face(const Json& json) {
  GLASS_TRY_STATUS(expect_only(json, "attention_bias", false));
  GLASS_TRY_STATUS(expect_only(json, "clip_qkv", nullptr));
  GLASS_TRY(DecoderConfig config, llama_like_from_hugging_face(json));
  GLASS_TRY(config.n_experts, int_or(json, "num_experts", 64));
  GLASS_TRY(config.experts_per_token, int_or(json, "num_experts_per_tok", 8));
  GLASS_TRY(config.normalize_experts, bool_or(json, "norm_topk_prob", false));
  GLASS_TRY(config.expert_balance, number_or(json, "router_aux_loss_coef", 0.01));
  return olmoe(config);
}

Json olmoe_to_hugging_face(const DecoderConfig& config) {
  Json json = llama_like_to_hugging_face(config, "olmoe", "OlmoeForCausalLM");
  Json::Object& members = *json.if_object();
  members["attention_bias"] = false;
  members["num_experts"] = config.n_experts;
  members["norm_topk_prob"] = config.normalize_experts;
  members["num_experts_per_tok"] = config.experts_per_token;
  members["router_aux_loss_coef"] = config.expert_balance;
  return json;
}

std::vector<WeightSlice> olmoe_weights(const DecoderConfig& config) {
  return llama_like_weights(config, {});
}

Status olmoe_fits_gguf(const DecoderConfig& config) {
  if (config.n_kv_heads != config.n_heads)
    return invalid_input(fmt::format(
        "it has {} key heads for {} query heads, and as many of both in this architecture",
        config.n_kv_heads, config.n_heads));
  return expect_plain_head_width(config);
}

GgufNames olmoe_gguf() {
  return {.architecture = "olmoe",
          .keys = llama_like_gguf_keys(expert_gguf_keys("num_experts")),
          .weights = llama_like_gguf_weights,
          .needs_head = true,
          .imply = [](Json::Object& config) { config["norm_topk_prob"] = false; },
          .fits = olmoe_fits_gguf};
}

}  // namespace

ModelFamily olmoe_family() {
  return {.name = "olmoe",
          .model_type = "olmoe",
          .architecture = "OlmoeForCausalLM",
          .from_options = olmoe_from_options,
          .from_hugging_face = olmoe_from_hugging_face,
          .to_hugging_face = olmoe_to_hugging_face,
          .weights = olmoe_weights,
          .gguf = olmoe_gguf()};
}

}  // namespace glass::engine
