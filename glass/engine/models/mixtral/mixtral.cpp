#include "glass/engine/models/mixtral/mixtral.h"

#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/llama/relatives.h"

namespace glass::engine {
namespace {

Result<DecoderConfig> mixtral(DecoderConfig config) {
  config.normalize_experts = true;
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<DecoderConfig> mixtral_from_options(const ModelOptions& options) {
  GLASS_TRY_STATUS(expect_no_window(options, "Mixtral"));
  GLASS_TRY_STATUS(expect_experts(options, "Mixtral"));
  GLASS_TRY(DecoderConfig config, llama_like_from_options(options));
  add_experts(config, options);
  return mixtral(config);
}

Result<DecoderConfig> mixtral_from_hugging_face(const Json& json) {
  GLASS_TRY_STATUS(expect_only(json, "sliding_window", nullptr));
  GLASS_TRY_STATUS(expect_only(json, "router_jitter_noise", 0.0));
  GLASS_TRY(DecoderConfig config, llama_like_from_hugging_face(json, {.rope_theta = 1e6}));
  GLASS_TRY(config.n_experts, int_or(json, "num_local_experts", 8));
  GLASS_TRY(config.experts_per_token, int_or(json, "num_experts_per_tok", 2));
  GLASS_TRY(config.expert_balance, number_or(json, "router_aux_loss_coef", 0.001));
  return mixtral(config);
}

Json mixtral_to_hugging_face(const DecoderConfig& config) {
  Json json = llama_like_to_hugging_face(config, "mixtral", "MixtralForCausalLM");
  Json::Object& members = *json.if_object();
  members["num_local_experts"] = config.n_experts;
  members["sliding_window"] = nullptr;
  members["num_experts_per_tok"] = config.experts_per_token;
  members["router_aux_loss_coef"] = config.expert_balance;
  return json;
}

std::vector<WeightSlice> mixtral_weights(const DecoderConfig& config) {
  return llama_like_weights(config, {},
                            {.router = "block_sparse_moe.gate",
                             .experts = "block_sparse_moe.experts",
                             .gate = "w1",
                             .up = "w3",
                             .down = "w2"});
}

}  // namespace

ModelFamily mixtral_family() {
  return {.name = "mixtral",
          .model_type = "mixtral",
          .architecture = "MixtralForCausalLM",
          .from_options = mixtral_from_options,
          .from_hugging_face = mixtral_from_hugging_face,
          .to_hugging_face = mixtral_to_hugging_face,
          .weights = mixtral_weights,
          .gguf = llama_gguf(expert_gguf_keys("num_local_experts"))};
}

}  // namespace glass::engine
