// DecoderConfig: everything that tells one decoder from another. The families (gpt2/, llama/) only
// fill it in; decoder.h turns it into graphs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/nn/layers.h"

namespace glass::engine {

struct DecoderConfig {
  int64_t d_model = 0;
  int64_t n_layers = 0;
  int64_t n_heads = 0;
  int64_t n_kv_heads = 0;  // divides n_heads
  int64_t head_dim = 0;    // not always d_model / n_heads
  int64_t d_ff = 0;
  int64_t vocabulary = 0;
  int64_t context = 0;  // positions

  nn::NormKind norm = nn::NormKind::kRms;
  double norm_epsilon = 1e-5;
  bool norm_bias = false;      // kLayer only
  bool norm_plus_one = false;  // kRms only: a weight w, that of queries and keys too, means 1 + w
  // kBefore: x + f(norm(x)); kAfter: x + norm(f(x)); kBoth: x + norm(f(norm(x))). f is attention,
  // then the MLP.
  enum class NormPlace { kBefore, kAfter, kBoth };
  NormPlace norm_place = NormPlace::kBefore;
  bool parallel = false;  // x + attention(norm1(x)) + mlp(norm2(x)); kBefore only

  enum class Positions { kRope, kLearned };
  Positions positions = Positions::kRope;
  double rope_theta = 10000.0;
  int64_t rotary_dim = 0;         // kRope: even, at most head_dim
  bool rope_interleaved = false;  // pairs (2i, 2i+1), else (i, i + rotary_dim/2)
  RopeScaling rope_scaling = {};

  nn::QkNorm qk_norm = nn::QkNorm::kNone;
  int64_t score_width = 0;       // scores are divided by its square root; 0: head_dim
  double attention_softcap = 0;  // c: a score s becomes c tanh(s / c); 0: it stays

  int64_t window = 0;  // a query sees so many keys, itself among them; 0: all before it
  // Of this many layers the last has no window; 0: every layer has it.
  int64_t window_period = 0;
  // Base of the rotary positions in layers with a window, never scaled; 0: as in the others.
  double window_rope_theta = 0;

  bool qkv_bias = false;
  bool out_bias = false;

  nn::MlpKind mlp = nn::MlpKind::kSwiglu;
  bool mlp_bias = false;
  // Experts instead of one MLP, each of width d_ff; a token goes to some of them. 0: one MLP.
  int64_t n_experts = 0;
  int64_t experts_per_token = 0;
  bool normalize_experts = false;  // the weights of a token's experts sum to 1
  double expert_balance = 0;       // coefficient of the loss that balances them; training only

  bool tied_embeddings = true;
  bool scaled_embeddings = false;  // what tokens become is multiplied by sqrt(d_model)
  double logit_softcap = 0;        // of the logits, as of the scores

  [[nodiscard]] bool has_window(int64_t layer) const {
    return window > 0 && (window_period == 0 || (layer + 1) % window_period != 0);
  }

  nn::Adapters adapters = {};

  friend bool operator==(const DecoderConfig&, const DecoderConfig&) = default;
};

// The model under the adapters.
[[nodiscard]] DecoderConfig without_adapters(DecoderConfig config);

// kInvalidInput names the field and the way out.
[[nodiscard]] Status validate(const DecoderConfig& config);

// Every field by its name; for records and checkpoints.
[[nodiscard]] Json to_json(const DecoderConfig& config);
// Refuses unknown and missing fields; the result is valid.
[[nodiscard]] Result<DecoderConfig> decoder_config_from_json(const Json& json);

}  // namespace glass::engine
