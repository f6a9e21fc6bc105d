#include "glass/engine/models/gpt2/gpt2.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/weight_slice.h"

namespace glass::engine {
namespace {

Result<DecoderConfig> gpt2(const ModelOptions& options, nn::MlpKind mlp) {
  GLASS_TRY(const int64_t head_dim, head_dim_of(options));
  GLASS_TRY_STATUS(expect_ungrouped(options, "GPT-2"));
  GLASS_TRY_STATUS(expect_no_window(options, "GPT-2"));
  GLASS_TRY_STATUS(expect_dense(options, "GPT-2"));
  const DecoderConfig config = {.d_model = options.d_model,
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
                                .positions = DecoderConfig::Positions::kLearned,
                                .qkv_bias = true,
                                .out_bias = true,
                                .mlp = mlp,
                                .mlp_bias = true,
                                .tied_embeddings = options.tied_embeddings};
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<DecoderConfig> gpt2_from_options(const ModelOptions& options) {
  return gpt2(options, nn::MlpKind::kGeluTanh);
}

Result<nn::MlpKind> activation_of(const Json& config) {
  const Json* activation = config.find("activation_function");
  if (activation == nullptr || *activation == Json("gelu_new") ||
      *activation == Json("gelu_pytorch_tanh"))
    return nn::MlpKind::kGeluTanh;
  if (*activation == Json("gelu")) return nn::MlpKind::kGeluErf;
  return fail(ErrorCode::kInvalidInput,
              fmt::format("config.json: activation_function is {}; supported are 'gelu_new', "
                          "'gelu_pytorch_tanh' and 'gelu'",
                          to_canonical(*activation)));
}

Result<DecoderConfig> gpt2_from_hugging_face(const Json& config) {
  GLASS_TRY_STATUS(expect_only(config, "scale_attn_weights", true));
  GLASS_TRY_STATUS(expect_only(config, "scale_attn_by_inverse_layer_idx", false));
  GLASS_TRY_STATUS(expect_only(config, "add_cross_attention", false));
  ModelOptions options;
  GLASS_TRY(options.layers, config.get_int("n_layer"));
  GLASS_TRY(options.d_model, config.get_int("n_embd"));
  GLASS_TRY(options.heads, config.get_int("n_head"));
  options.kv_heads = options.heads;
  GLASS_TRY(options.d_ff, int_or(config, "n_inner", 4 * options.d_model));
  GLASS_TRY(options.vocabulary, config.get_int("vocab_size"));
  GLASS_TRY(options.context, config.get_int("n_positions"));
  GLASS_TRY(options.norm_epsilon, number_or(config, "layer_norm_epsilon", 1e-5));
  GLASS_TRY(options.tied_embeddings, bool_or(config, "tie_word_embeddings", true));
  GLASS_TRY(const nn::MlpKind mlp, activation_of(config));
  return gpt2(options, mlp);
}

Json gpt2_to_hugging_face(const DecoderConfig& config) {
  return Json::Object{
      {"model_type", "gpt2"},
      {"architectures", Json::Array{"GPT2LMHeadModel"}},
      {"n_layer", config.n_layers},
      {"n_embd", config.d_model},
      {"n_head", config.n_heads},
      {"n_inner", config.d_ff},
      {"vocab_size", config.vocabulary},
      {"n_positions", config.context},
      {"n_ctx", config.context},
      {"layer_norm_epsilon", config.norm_epsilon},
      {"activation_function", config.mlp == nn::MlpKind::kGeluErf ? "gelu" : "gelu_new"},
      {"tie_word_embeddings", config.tied_embeddings},
      {"torch_dtype", "float32"}};
}

// Released matrices are [in, out].
std::vector<WeightSlice> gpt2_weights(const DecoderConfig& config) {
  const int64_t d = config.d_model;
  WeightSlices slices(config);
  slices.ends("transformer.wte", "transformer.ln_f", "lm_head");
  slices.weight("transformer.wpe", "position", config.context, d);
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    const auto matrix = [&](std::string_view theirs, std::string_view ours, int64_t rows,
                            int64_t cols) {
      const std::string them = fmt::format("transformer.h.{}.{}", layer, theirs);
      const std::string us = fmt::format("blocks.{}.{}", layer, ours);
      slices.add({.theirs = them + ".weight",
                  .ours = us + ".weight",
                  .rows = rows,
                  .cols = cols,
                  .transposed = true});
      slices.add({.theirs = them + ".bias", .ours = us + ".bias", .rows = rows});
    };
    const auto norm = [&](std::string_view theirs, std::string_view ours) {
      slices.layer(fmt::format("transformer.h.{}.{}", layer, theirs),
                   fmt::format("blocks.{}.{}", layer, ours), d, 0, true);
    };
    norm("ln_1", "norm1");
    matrix("attn.c_attn", "attn.qkv", 3 * d, d);
    matrix("attn.c_proj", "attn.out", d, d);
    norm("ln_2", "norm2");
    matrix("mlp.c_fc", "mlp.up", config.d_ff, d);
    matrix("mlp.c_proj", "mlp.down", d, config.d_ff);
  }
  return slices.take();
}

// Matrices are [out, in] there, as ours.
std::vector<WeightSlice> gpt2_gguf_weights(const DecoderConfig& config) {
  const int64_t d = config.d_model;
  WeightSlices slices(config);
  slices.ends("token_embd", "output_norm", "output");
  slices.weight("position_embd", "position", config.context, d);
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    const auto part = [&](std::string_view theirs, std::string_view ours, int64_t rows,
                          int64_t cols) {
      slices.layer(fmt::format("blk.{}.{}", layer, theirs),
                   fmt::format("blocks.{}.{}", layer, ours), rows, cols, true);
    };
    part("attn_norm", "norm1", d, 0);
    part("attn_qkv", "attn.qkv", 3 * d, d);
    part("attn_output", "attn.out", d, d);
    part("ffn_norm", "norm2", d, 0);
    part("ffn_up", "mlp.up", config.d_ff, d);
    part("ffn_down", "mlp.down", d, config.d_ff);
  }
  return slices.take();
}

GgufNames gpt2_gguf() {
  return {.architecture = "gpt2",
          .keys = {{.key = "block_count", .hugging_face = "n_layer", .required = true},
                   {.key = "context_length", .hugging_face = "n_positions", .required = true},
                   {.key = "embedding_length", .hugging_face = "n_embd", .required = true},
                   {.key = "feed_forward_length", .hugging_face = "n_inner", .required = true},
                   {.key = "attention.head_count", .hugging_face = "n_head", .required = true},
                   {.key = "attention.layer_norm_epsilon",
                    .kind = GgufKey::Kind::kNumber,
                    .hugging_face = "layer_norm_epsilon",
                    .required = true},
                   {.key = "vocab_size", .hugging_face = "vocab_size"}},
          .weights = gpt2_gguf_weights};
}

}  // namespace

ModelFamily gpt2_family() {
  return {.name = "gpt2",
          .model_type = "gpt2",
          .architecture = "GPT2LMHeadModel",
          .from_options = gpt2_from_options,
          .from_hugging_face = gpt2_from_hugging_face,
          .to_hugging_face = gpt2_to_hugging_face,
          .weights = gpt2_weights,
          .gguf = gpt2_gguf()};
}

}  // namespace glass::engine
