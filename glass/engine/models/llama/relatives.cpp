#include "glass/engine/models/llama/relatives.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/hugging_face.h"

namespace glass::engine {
namespace {

// Old files say rope_theta and rope_scaling, new ones both in rope_parameters.
const Json& rope_of(const Json& config) {
  for (const std::string_view key : {"rope_parameters", "rope_scaling"}) {
    const Json* rope = config.find(key);
    if (rope != nullptr && !rope->is_null()) return *rope;
  }
  static const Json none = Json::Object{};
  return none;
}

Result<RopeScaling> scaling_from_hugging_face(const Json& rope) {
  if (rope.find("full_attention") != nullptr)
    return fail(ErrorCode::kInvalidInput,
                "config.json: rope_parameters differ by type of layer, which this family's cannot");
  if (rope.find("rope_type") == nullptr && rope.find("type") == nullptr) return RopeScaling();
  GLASS_TRY(const std::string type,
            rope.get_string(rope.find("rope_type") == nullptr ? "type" : "rope_type"));
  if (type == "default") return RopeScaling();
  RopeScaling scaling;
  GLASS_TRY(scaling.factor, rope.get_number("factor"));
  if (type == "linear") {
    scaling.kind = RopeScaling::Kind::kLinear;
    return scaling;
  }
  if (type != "llama3")
    return fail(ErrorCode::kInvalidInput,
                fmt::format("config.json: rope_type is '{}'; supported are 'default', 'linear' and "
                            "'llama3'",
                            type));
  scaling.kind = RopeScaling::Kind::kLlama3;
  GLASS_TRY(scaling.low_frequency, rope.get_number("low_freq_factor"));
  GLASS_TRY(scaling.high_frequency, rope.get_number("high_freq_factor"));
  GLASS_TRY(scaling.context, rope.get_int("original_max_position_embeddings"));
  return scaling;
}

Json scaling_to_hugging_face(const RopeScaling& scaling) {
  if (scaling.kind == RopeScaling::Kind::kLinear)
    return Json::Object{{"rope_type", "linear"}, {"factor", scaling.factor}};
  return Json::Object{{"rope_type", "llama3"},
                      {"factor", scaling.factor},
                      {"low_freq_factor", scaling.low_frequency},
                      {"high_freq_factor", scaling.high_frequency},
                      {"original_max_position_embeddings", scaling.context}};
}

}  // namespace

Result<DecoderConfig> llama_like_from_options(const ModelOptions& options, int64_t head_dim) {
  if (head_dim == 0) {
    GLASS_TRY(head_dim, head_dim_of(options));
  }
  return DecoderConfig{.d_model = options.d_model,
                       .n_layers = options.layers,
                       .n_heads = options.heads,
                       .n_kv_heads = options.kv_heads,
                       .head_dim = head_dim,
                       .d_ff = options.d_ff,
                       .vocabulary = options.vocabulary,
                       .context = options.context,
                       .norm = nn::NormKind::kRms,
                       .norm_epsilon = options.norm_epsilon,
                       .positions = DecoderConfig::Positions::kRope,
                       .rope_theta = options.rope_theta,
                       .rotary_dim = head_dim,
                       .mlp = nn::MlpKind::kSwiglu,
                       .tied_embeddings = options.tied_embeddings};
}

Result<DecoderConfig> llama_like_from_hugging_face(const Json& config,
                                                   const LlamaLikeDefaults& defaults) {
  GLASS_TRY_STATUS(expect_only(config, "hidden_act", defaults.activation));
  GLASS_TRY_STATUS(expect_only(config, "mlp_bias", false));
  ModelOptions options;
  GLASS_TRY(options.layers, config.get_int("num_hidden_layers"));
  GLASS_TRY(options.d_model, config.get_int("hidden_size"));
  GLASS_TRY(options.heads, config.get_int("num_attention_heads"));
  GLASS_TRY(options.kv_heads, int_or(config, "num_key_value_heads", options.heads));
  GLASS_TRY(options.d_ff, config.get_int("intermediate_size"));
  GLASS_TRY(options.vocabulary, config.get_int("vocab_size"));
  GLASS_TRY(options.context, config.get_int("max_position_embeddings"));
  GLASS_TRY(options.norm_epsilon, number_or(config, "rms_norm_eps", 1e-6));
  GLASS_TRY(options.tied_embeddings,
            bool_or(config, "tie_word_embeddings", defaults.tied_embeddings));
  const Json& rope = rope_of(config);
  GLASS_TRY(const double theta, number_or(config, "rope_theta", defaults.rope_theta));
  GLASS_TRY(options.rope_theta, number_or(rope, "rope_theta", theta));
  GLASS_TRY(const RopeScaling scaling, scaling_from_hugging_face(rope));
  GLASS_TRY(const int64_t head_dim, int_or(config, "head_dim", defaults.head_dim));
  GLASS_TRY(DecoderConfig decoder, llama_like_from_options(options, head_dim));
  decoder.rope_scaling = scaling;
  return decoder;
}

Json rope_to_hugging_face(const DecoderConfig& config) {
  Json rope = config.rope_scaling.kind == RopeScaling::Kind::kNone
                  ? Json::Object{{"rope_type", "default"}}
                  : scaling_to_hugging_face(config.rope_scaling);
  (*rope.if_object())["rope_theta"] = config.rope_theta;
  return rope;
}

Json llama_like_to_hugging_face(const DecoderConfig& config, std::string_view model_type,
                                std::string_view architecture) {
  Json::Object json = {{"model_type", model_type},
                       {"architectures", Json::Array{architecture}},
                       {"num_hidden_layers", config.n_layers},
                       {"hidden_size", config.d_model},
                       {"num_attention_heads", config.n_heads},
                       {"num_key_value_heads", config.n_kv_heads},
                       {"head_dim", config.head_dim},
                       {"intermediate_size", config.d_ff},
                       {"vocab_size", config.vocabulary},
                       {"max_position_embeddings", config.context},
                       {"rms_norm_eps", config.norm_epsilon},
                       {"rope_theta", config.rope_theta},
                       {"hidden_act", "silu"},
                       {"tie_word_embeddings", config.tied_embeddings},
                       {"torch_dtype", "float32"}};
  if (config.rope_scaling.kind != RopeScaling::Kind::kNone)
    json["rope_scaling"] = scaling_to_hugging_face(config.rope_scaling);
  return json;
}

void add_experts(DecoderConfig& config, const ModelOptions& options) {
  config.n_experts = options.experts;
  config.experts_per_token = options.experts_per_token;
  config.expert_balance = options.expert_balance;
}

std::vector<WeightSlice> llama_like_weights(const DecoderConfig& config, const NormNames& norms,
                                            const ExpertNames& experts) {
  const int64_t d = config.d_model;
  WeightSlices slices(config);
  slices.ends("model.embed_tokens", "model.norm", "lm_head");
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    const auto them = [&](std::string_view name) {
      return fmt::format("model.layers.{}.{}", layer, name);
    };
    const auto us = [&](std::string_view name) { return fmt::format("blocks.{}.{}", layer, name); };
    slices.weight(them(norms.norm1), us("norm1"), d, 0);
    slices.separate_qkv(
        {them("self_attn.q_proj"), them("self_attn.k_proj"), them("self_attn.v_proj")}, us("attn"));
    if (config.qk_norm != nn::QkNorm::kNone) {
      const bool whole = config.qk_norm == nn::QkNorm::kWhole;
      const auto width = [&](int64_t heads) { return (whole ? heads : 1) * config.head_dim; };
      slices.weight(them("self_attn.q_norm"), us("attn.q_norm"), width(config.n_heads), 0);
      slices.weight(them("self_attn.k_norm"), us("attn.k_norm"), width(config.n_kv_heads), 0);
    }
    slices.layer(them("self_attn.o_proj"), us("attn.out"), d, config.n_heads * config.head_dim,
                 config.out_bias);
    if (!norms.norm1_after.empty()) slices.weight(them(norms.norm1_after), us("norm1_after"), d, 0);
    slices.weight(them(norms.norm2), us("norm2"), d, 0);
    if (config.n_experts > 0) {
      slices.weight(them(experts.router), us("mlp.router"), config.n_experts, d);
      slices.separate_experts(them(experts.experts), {experts.gate, experts.up, experts.down},
                              us("mlp.experts"));
    } else {
      slices.separate_gate_up({them("mlp.gate_proj"), them("mlp.up_proj")}, us("mlp"));
      slices.weight(them("mlp.down_proj"), us("mlp.down"), d, config.d_ff);
    }
    if (!norms.norm2_after.empty()) slices.weight(them(norms.norm2_after), us("norm2_after"), d, 0);
  }
  return slices.take();
}

}  // namespace glass::engine
