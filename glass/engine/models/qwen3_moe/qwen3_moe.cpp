#include "glass/engine/models/qwen3_moe/qwen3_moe.h"

#include <utility>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/llama/relatives.h"

namespace glass::engine {
namespace {

Result<DecoderConfig> qwen3_moe(DecoderConfig config) {
  config.qk_norm = nn::QkNorm::kHeads;
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<DecoderConfig> qwen3_moe_from_options(const ModelOptions& options) {
  GLASS_TRY_STATUS(expect_no_window(options, "Qwen 3 MoE"));
  GLASS_TRY_STATUS(expect_experts(options, "Qwen 3 MoE"));
  GLASS_TRY(DecoderConfig config, llama_like_from_options(options));
  add_experts(config, options);
  config.normalize_experts = true;
  return qwen3_moe(config);
}

Result<DecoderConfig> qwen3_moe_from_hugging_face(const Json& json) {
  GLASS_TRY_STATUS(expect_only(json, "attention_bias", false));
  GLASS_TRY_STATUS(expect_only(json, "use_sliding_window", false));
  GLASS_TRY_STATUS(expect_only(json, "decoder_sparse_step", 1));
  GLASS_TRY_STATUS(expect_only(json, "mlp_only_layers", Json::Array{}));
  GLASS_TRY(DecoderConfig config, llama_like_from_hugging_face(json));
  GLASS_TRY(config.d_ff, int_or(json, "moe_intermediate_size", 768));
  GLASS_TRY(config.n_experts, int_or(json, "num_experts", 128));
  GLASS_TRY(config.experts_per_token, int_or(json, "num_experts_per_tok", 8));
  GLASS_TRY(config.normalize_experts, bool_or(json, "norm_topk_prob", false));
  GLASS_TRY(config.expert_balance, number_or(json, "router_aux_loss_coef", 0.001));
  return qwen3_moe(config);
}

Json qwen3_moe_to_hugging_face(const DecoderConfig& config) {
  Json json = llama_like_to_hugging_face(config, "qwen3_moe", "Qwen3MoeForCausalLM");
  Json::Object& members = *json.if_object();
  members["attention_bias"] = false;
  members["use_sliding_window"] = false;
  members["decoder_sparse_step"] = 1;
  members["mlp_only_layers"] = Json::Array{};
  members["moe_intermediate_size"] = config.d_ff;
  members["num_experts"] = config.n_experts;
  members["norm_topk_prob"] = config.normalize_experts;
  members["num_experts_per_tok"] = config.experts_per_token;
  members["router_aux_loss_coef"] = config.expert_balance;
  return json;
}

std::vector<WeightSlice> qwen3_moe_weights(const DecoderConfig& config) {
  return llama_like_weights(config, {});
}

GgufNames qwen3_moe_gguf() {
  std::vector<GgufKey> keys = llama_like_gguf_keys(expert_gguf_keys("num_experts"));
  keys.push_back({.key = "expert_feed_forward_length",
                  .hugging_face = "moe_intermediate_size",
                  .required = true});
  return {.architecture = "qwen3moe",
          .keys = std::move(keys),
          .weights = llama_like_gguf_weights,
          .imply = [](Json::Object& config) { config["norm_topk_prob"] = true; }};
}

}  // namespace

ModelFamily qwen3_moe_family() {
  return {.name = "qwen3_moe",
          .model_type = "qwen3_moe",
          .architecture = "Qwen3MoeForCausalLM",
          .from_options = qwen3_moe_from_options,
          .from_hugging_face = qwen3_moe_from_hugging_face,
          .to_hugging_face = qwen3_moe_to_hugging_face,
          .weights = qwen3_moe_weights,
          .gguf = qwen3_moe_gguf()};
}

}  // namespace glass::engine
