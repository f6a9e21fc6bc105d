#include "glass/engine/models/neox/neox.h"

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/weight_slice.h"

namespace glass::engine {
namespace {

constexpr double kRotaryShare = 0.25;  // of each head, in the paper and in Pythia

struct NeoxTraits {
  double rotary_share = kRotaryShare;
  bool parallel = true;
  nn::MlpKind mlp = nn::MlpKind::kGeluErf;
};

Result<DecoderConfig> neox(const ModelOptions& options, const NeoxTraits& traits) {
  GLASS_TRY(const int64_t head_dim, head_dim_of(options));
  GLASS_TRY_STATUS(expect_ungrouped(options, "GPT-NeoX"));
  GLASS_TRY_STATUS(expect_no_window(options, "GPT-NeoX"));
  GLASS_TRY_STATUS(expect_dense(options, "GPT-NeoX"));
  const DecoderConfig config = {
      .d_model = options.d_model,
      .n_layers = options.layers,
      .n_heads = options.heads,
      .n_kv_heads = options.kv_heads,
      .head_dim = head_dim,
      .d_ff = options.d_ff,
      .vocabulary = options.vocabulary,
      .context = options.context,
      .norm = nn::NormKind::kLayer,
      .norm_epsilon = options.norm_epsilon,
      .norm_bias = true,
      .parallel = traits.parallel,
      .positions = DecoderConfig::Positions::kRope,
      .rope_theta = options.rope_theta,
      .rotary_dim = static_cast<int64_t>(static_cast<double>(head_dim) * traits.rotary_share),
      .qkv_bias = true,
      .out_bias = true,
      .mlp = traits.mlp,
      .mlp_bias = true,
      .tied_embeddings = options.tied_embeddings};
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<DecoderConfig> neox_from_options(const ModelOptions& options) {
  return neox(options, {});
}

Result<nn::MlpKind> neox_activation(const Json& config) {
  const Json* activation = config.find("hidden_act");
  if (activation == nullptr || *activation == Json("gelu")) return nn::MlpKind::kGeluErf;
  if (*activation == Json("gelu_new") || *activation == Json("gelu_pytorch_tanh"))
    return nn::MlpKind::kGeluTanh;
  return fail(ErrorCode::kInvalidInput,
              fmt::format("config.json: hidden_act is {}; supported are 'gelu', 'gelu_new' and "
                          "'gelu_pytorch_tanh'",
                          to_canonical(*activation)));
}

// Old files say rotary_pct and rotary_emb_base, new ones both in rope_parameters.
Result<DecoderConfig> neox_from_hugging_face(const Json& config) {
  GLASS_TRY_STATUS(expect_only(config, "attention_bias", true));
  GLASS_TRY_STATUS(expect_only(config, "rope_scaling", nullptr));
  ModelOptions options;
  GLASS_TRY(options.layers, config.get_int("num_hidden_layers"));
  GLASS_TRY(options.d_model, config.get_int("hidden_size"));
  GLASS_TRY(options.heads, config.get_int("num_attention_heads"));
  options.kv_heads = options.heads;
  GLASS_TRY(options.d_ff, config.get_int("intermediate_size"));
  GLASS_TRY(options.vocabulary, config.get_int("vocab_size"));
  GLASS_TRY(options.context, config.get_int("max_position_embeddings"));
  GLASS_TRY(options.norm_epsilon, number_or(config, "layer_norm_eps", 1e-5));
  GLASS_TRY(options.tied_embeddings, bool_or(config, "tie_word_embeddings", false));
  NeoxTraits traits;
  GLASS_TRY(options.rope_theta, number_or(config, "rotary_emb_base", 10000.0));
  GLASS_TRY(traits.rotary_share, number_or(config, "rotary_pct", kRotaryShare));
  const Json* rope = config.find("rope_parameters");
  if (rope != nullptr && !rope->is_null()) {
    GLASS_TRY_STATUS(expect_only(*rope, "rope_type", "default"));
    GLASS_TRY(options.rope_theta, number_or(*rope, "rope_theta", options.rope_theta));
    GLASS_TRY(traits.rotary_share, number_or(*rope, "partial_rotary_factor", traits.rotary_share));
  }
  if (!(traits.rotary_share > 0 && traits.rotary_share <= 1))
    return fail(ErrorCode::kInvalidInput,
                fmt::format("config.json: rotary_pct is {}; it must lie between 0 and 1",
                            traits.rotary_share));
  GLASS_TRY(traits.parallel, bool_or(config, "use_parallel_residual", true));
  GLASS_TRY(traits.mlp, neox_activation(config));
  return neox(options, traits);
}

Json neox_to_hugging_face(const DecoderConfig& config) {
  const double rotary_share =
      static_cast<double>(config.rotary_dim) / static_cast<double>(config.head_dim);
  return Json::Object{{"model_type", "gpt_neox"},
                      {"architectures", Json::Array{"GPTNeoXForCausalLM"}},
                      {"num_hidden_layers", config.n_layers},
                      {"hidden_size", config.d_model},
                      {"num_attention_heads", config.n_heads},
                      {"intermediate_size", config.d_ff},
                      {"vocab_size", config.vocabulary},
                      {"max_position_embeddings", config.context},
                      {"layer_norm_eps", config.norm_epsilon},
                      {"rotary_emb_base", config.rope_theta},
                      {"rotary_pct", rotary_share},
                      {"use_parallel_residual", config.parallel},
                      {"hidden_act", config.mlp == nn::MlpKind::kGeluErf ? "gelu" : "gelu_new"},
                      {"attention_bias", true},
                      {"tie_word_embeddings", config.tied_embeddings},
                      {"torch_dtype", "float32"}};
}

// Head by head, since q, k and v of a head lie side by side there.
void add_query_key_value(WeightSlices& slices, const DecoderConfig& config, std::string_view theirs,
                         std::string_view ours) {
  const int64_t heads = config.n_heads, width = config.head_dim;
  for (int64_t head = 0; head < heads; ++head) {
    for (int64_t part = 0; part < 3; ++part) {  // q, k, v
      WeightSlice slice = {.theirs = fmt::format("{}.weight", theirs),
                           .ours = fmt::format("{}.weight", ours),
                           .begin = (part * heads + head) * width,
                           .rows = width,
                           .cols = config.d_model,
                           .their_begin = (head * 3 + part) * width,
                           .their_rows = 3 * heads * width};
      slices.add(slice);
      slice.theirs = fmt::format("{}.bias", theirs);
      slice.ours = fmt::format("{}.bias", ours);
      slice.cols = 0;
      slices.add(slice);
    }
  }
}

std::vector<WeightSlice> neox_weights(const DecoderConfig& config) {
  const int64_t d = config.d_model;
  WeightSlices slices(config);
  slices.ends("gpt_neox.embed_in", "gpt_neox.final_layer_norm", "embed_out");
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    const auto them = [&](std::string_view name) {
      return fmt::format("gpt_neox.layers.{}.{}", layer, name);
    };
    const auto us = [&](std::string_view name) { return fmt::format("blocks.{}.{}", layer, name); };
    slices.layer(them("input_layernorm"), us("norm1"), d, 0, true);
    add_query_key_value(slices, config, them("attention.query_key_value"), us("attn.qkv"));
    slices.layer(them("attention.dense"), us("attn.out"), d, d, true);
    slices.layer(them("post_attention_layernorm"), us("norm2"), d, 0, true);
    slices.layer(them("mlp.dense_h_to_4h"), us("mlp.up"), config.d_ff, d, true);
    slices.layer(them("mlp.dense_4h_to_h"), us("mlp.down"), d, config.d_ff, true);
  }
  return slices.take();
}

}  // namespace

ModelFamily neox_family() {
  return {.name = "neox",
          .model_type = "gpt_neox",
          .architecture = "GPTNeoXForCausalLM",
          .from_options = neox_from_options,
          .from_hugging_face = neox_from_hugging_face,
          .to_hugging_face = neox_to_hugging_face,
          .weights = neox_weights};
}

}  // namespace glass::engine
