#include "glass/engine/models/gguf_names.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"

namespace glass::engine {
namespace {

using Kind = GgufKey::Kind;

// Where the norms of a block lie there; those after a branch are named as such.
struct GgufNorms {
  std::string_view norm1, norm2;
};

constexpr GgufNorms kBefore = {.norm1 = "attn_norm", .norm2 = "ffn_norm"};
constexpr GgufNorms kAfter = {.norm1 = "post_attention_norm", .norm2 = "post_ffw_norm"};

void add_attention(WeightSlices& slices, const DecoderConfig& config, const std::string& them,
                   const std::string& us) {
  slices.separate_qkv({them + "attn_q", them + "attn_k", them + "attn_v"}, us + "attn");
  if (config.qk_norm != nn::QkNorm::kNone) {
    const bool whole = config.qk_norm == nn::QkNorm::kWhole;
    const auto width = [&](int64_t heads) { return (whole ? heads : 1) * config.head_dim; };
    slices.weight(them + "attn_q_norm", us + "attn.q_norm", width(config.n_heads), 0);
    slices.weight(them + "attn_k_norm", us + "attn.k_norm", width(config.n_kv_heads), 0);
  }
  slices.layer(them + "attn_output", us + "attn.out", config.d_model,
               config.n_heads * config.head_dim, config.out_bias);
}

// The experts of a block lie in one tensor of so many matrices.
void add_stacked_experts(WeightSlices& slices, const DecoderConfig& config, const std::string& them,
                         const std::string& us) {
  const int64_t width = config.d_ff, d = config.d_model;
  slices.weight(them + "ffn_gate_inp", us + "mlp.router", config.n_experts, d);
  const auto stacked = [&](std::string_view theirs, std::string_view ours, int64_t first,
                           int64_t step, int64_t rows, int64_t cols) {
    for (int64_t expert = 0; expert < config.n_experts; ++expert)
      slices.add({.theirs = fmt::format("{}{}.weight", them, theirs),
                  .ours = fmt::format("{}mlp.experts.{}.weight", us, ours),
                  .begin = first + expert * step,
                  .rows = rows,
                  .cols = cols,
                  .their_begin = expert * rows,
                  .their_rows = config.n_experts * rows,
                  .their_matrices = config.n_experts});
  };
  stacked("ffn_gate_exps", "gate_up", 0, 2 * width, width, d);
  stacked("ffn_up_exps", "gate_up", width, 2 * width, width, d);
  stacked("ffn_down_exps", "down", 0, d, d, width);
}

}  // namespace

std::vector<GgufKey> llama_like_gguf_keys(std::vector<GgufKey> further) {
  std::vector<GgufKey> keys = {
      {.key = "block_count", .hugging_face = "num_hidden_layers", .required = true},
      {.key = "context_length", .hugging_face = "max_position_embeddings", .required = true},
      {.key = "embedding_length", .hugging_face = "hidden_size", .required = true},
      {.key = "feed_forward_length", .hugging_face = "intermediate_size", .required = true},
      {.key = "attention.head_count", .hugging_face = "num_attention_heads", .required = true},
      {.key = "attention.head_count_kv", .hugging_face = "num_key_value_heads"},
      {.key = "attention.key_length", .hugging_face = "head_dim"},
      {.key = "attention.value_length", .hugging_face = "head_dim"},
      {.key = "rope.dimension_count", .hugging_face = "head_dim"},
      {.key = "attention.layer_norm_rms_epsilon",
       .kind = Kind::kNumber,
       .hugging_face = "rms_norm_eps",
       .required = true},
      {.key = "rope.freq_base", .kind = Kind::kNumber, .hugging_face = "rope_theta"},
      {.key = "vocab_size", .hugging_face = "vocab_size"}};
  keys.insert(keys.end(), further.begin(), further.end());
  return keys;
}

std::vector<GgufKey> expert_gguf_keys(std::string_view count) {
  return {{.key = "expert_count", .hugging_face = count, .required = true},
          {.key = "expert_used_count", .hugging_face = "num_experts_per_tok", .required = true},
          {.key = "glassworks.expert_balance",
           .kind = Kind::kNumber,
           .hugging_face = "router_aux_loss_coef"}};
}

GgufNames llama_gguf(std::vector<GgufKey> further) {
  return {.architecture = "llama",
          .keys = llama_like_gguf_keys(std::move(further)),
          .weights = llama_like_gguf_weights,
          .turns_neighbours = true,
          .has_rope_factors = true};
}

std::vector<WeightSlice> llama_like_gguf_weights(const DecoderConfig& config) {
  using Place = DecoderConfig::NormPlace;
  const int64_t d = config.d_model;
  const GgufNorms& norms = config.norm_place == Place::kAfter ? kAfter : kBefore;
  WeightSlices slices(config);
  slices.ends("token_embd", "output_norm", "output");
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    const std::string them = fmt::format("blk.{}.", layer), us = fmt::format("blocks.{}.", layer);
    const auto norm = [&](std::string_view theirs, std::string_view ours) {
      slices.weight(fmt::format("{}{}", them, theirs), fmt::format("{}{}", us, ours), d, 0);
    };
    norm(norms.norm1, "norm1");
    add_attention(slices, config, them, us);
    if (config.norm_place == Place::kBoth) norm(kAfter.norm1, "norm1_after");
    norm(norms.norm2, "norm2");
    if (config.n_experts > 0) {
      add_stacked_experts(slices, config, them, us);
    } else {
      slices.separate_gate_up({them + "ffn_gate", them + "ffn_up"}, us + "mlp");
      slices.weight(them + "ffn_down", us + "mlp.down", d, config.d_ff);
    }
    if (config.norm_place == Place::kBoth) norm(kAfter.norm2, "norm2_after");
  }
  std::vector<WeightSlice> list = slices.take();
  for (WeightSlice& slice : list)
    slice.plus_one = config.norm_plus_one && slice.theirs.ends_with("norm.weight");
  return list;
}

Status expect_plain_head_width(const DecoderConfig& config) {
  if (config.n_heads * config.head_dim == config.d_model) return {};
  return invalid_input(
      fmt::format("its heads are {} wide, and in this architecture d_model / heads, which is {}",
                  config.head_dim, config.d_model / config.n_heads));
}

}  // namespace glass::engine
