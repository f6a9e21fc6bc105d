// The operations a model is written in; each lies with its shape rule and its backward rule in
// ops/. Letters: N rows (tokens), C channels, M and K widths, F hidden width, V vocabulary,
// B sequences, T positions (N = B T), H query heads, G key heads, D head_dim, P positions of a
// table or a cache.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/engine/graph/builder.h"

namespace glass::engine {

// y_NC = table_VC[token] (+ position_table_PC[position]).
struct PositionTable {
  ValueId position_N = ValueId::kNone;
  ValueId table_PC = ValueId::kNone;
};

ValueId embedding(GraphBuilder& graph, std::string_view name, ValueId token_N, ValueId table_VC,
                  PositionTable positions = {});

// y_NM = x_NK weight_MKᵀ (+ bias_M) (+ residual_NM).
struct LinearOptions {
  ValueId bias_M = ValueId::kNone;
  ValueId residual_NM = ValueId::kNone;
};

ValueId linear(GraphBuilder& graph, std::string_view name, ValueId x_NK, ValueId weight_MK,
               LinearOptions options = {});

ValueId rms_norm(GraphBuilder& graph, std::string_view name, ValueId x_NC, ValueId weight_C,
                 double epsilon);
ValueId layer_norm(GraphBuilder& graph, std::string_view name, ValueId x_NC, ValueId weight_C,
                   ValueId bias_C, double epsilon);  // the bias may be kNone

// How the frequencies of RoPE are stretched to contexts longer than those of the first training.
struct RopeScaling {
  // kLinear: every frequency divided by the factor. kLlama3 (Llama 3.1): those that turn fewer than
  // low_frequency times in `context` divided, those that turn more than high_frequency times as
  // they are, and a blend in between.
  enum class Kind { kNone, kLinear, kLlama3 };
  Kind kind = Kind::kNone;
  double factor = 1;
  double low_frequency = 1, high_frequency = 4;
  int64_t context = 0;  // kLlama3: of the first training

  friend bool operator==(const RopeScaling&, const RopeScaling&) = default;
};

// What is wrong with it, or nothing.
[[nodiscard]] std::string problem_of(const RopeScaling& scaling);

// The constant [positions, rotary_dim / 2, 2] of cos and sin of position * theta^(-2i/rotary_dim),
// the frequency scaled.
ValueId rope_table(GraphBuilder& graph, std::string_view name, int64_t positions,
                   int64_t rotary_dim, double theta, const RopeScaling& scaling = {});

// Turns the first `heads` heads of each row; the rest of the row stays.
struct RopeOptions {
  int64_t heads = 0, head_dim = 0;
  bool interleaved = false;  // pairs (2i, 2i+1), else (i, i + rotary_dim/2)
};

ValueId rope(GraphBuilder& graph, std::string_view name, ValueId x, ValueId position_N,
             ValueId table, const RopeOptions& options);

struct Heads {
  int64_t query = 0, key = 0, head_dim = 0;
  double scale = 0;    // of the scores
  double softcap = 0;  // c: a scaled score s becomes c tanh(s / c); 0: it stays

  [[nodiscard]] int64_t qkv_width() const { return (query + 2 * key) * head_dim; }
};

// RMSNorm of the queries and the keys in the rows of qkv, each head for itself or all heads of a
// row at once; the values stay. The widths of the weights tell which: head_dim, or all heads'.
ValueId qk_norm(GraphBuilder& graph, std::string_view name, ValueId qkv, ValueId q_weight,
                ValueId k_weight, const Heads& heads, double epsilon);

// first_key_BT, moved on to where a window of `window` keys begins that ends at each query.
// length_B (generation, else kNone) counts the positions before the first of these queries.
ValueId window_keys(GraphBuilder& graph, std::string_view name, ValueId first_key_BT,
                    ValueId length_B, int64_t window);

// Causal attention; a row of qkv is [q heads | k heads | v heads]. Each query sees the keys from
// first_key_BT to its own position. Gives [N, H D].
ValueId attention(GraphBuilder& graph, std::string_view name, ValueId qkv, ValueId first_key_BT,
                  const Heads& heads);

// Generation: cache_BPW, W = 2 G D, holds the keys and values of the first length_B positions of
// each sequence. cache_write appends those of the rows of qkv (T new ones of each sequence) and
// gives the cache as it is afterwards: the same memory. cached_attention is then attention over
// it. Its bits are those of `attention` over the whole sequence.
ValueId cache_write(GraphBuilder& graph, std::string_view name, ValueId qkv, ValueId cache_BPW,
                    ValueId length_B, const Heads& heads);
ValueId cached_attention(GraphBuilder& graph, std::string_view name, ValueId qkv, ValueId cache_BPW,
                         ValueId first_key_BT, ValueId length_B, const Heads& heads);

ValueId swiglu(GraphBuilder& graph, std::string_view name, ValueId gate_up_N2F);
ValueId geglu(GraphBuilder& graph, std::string_view name, ValueId gate_up_N2F);  // GELU by tanh
// kind: "tanh" or "erf".
ValueId gelu(GraphBuilder& graph, std::string_view name, ValueId x, std::string_view kind);
ValueId add(GraphBuilder& graph, std::string_view name, ValueId a, ValueId b);
// factor x + term, both rounded to float.
ValueId affine(GraphBuilder& graph, std::string_view name, ValueId x, double factor, double term);
// cap tanh(x / cap), of logits. No gradient flows through it: the loss caps by itself.
ValueId softcap(GraphBuilder& graph, std::string_view name, ValueId x, double cap);

// Each element is dropped, becomes 0, with the probability `share`, else multiplied by
// 1 / (1 - share). Which ones is a function of `random` and `site` alone, so that the backward pass
// and a recomputation find the same: random [6] holds, as pairs of 32-bit words, low first, the
// seed, the step, and the index of the micro-batch in the step.
inline constexpr int64_t kRandomWords = 6;
inline constexpr int64_t kDropoutSites = 1 << 20;
ValueId dropout(GraphBuilder& graph, std::string_view name, ValueId x, ValueId random, double share,
                int64_t site);

// Experts. Which rows go to which: E experts, K of them for a row, R = N K places grouped by
// expert, ascending, within an expert by row (kernels/routing.h).
struct Routing {
  ValueId weight_NK = ValueId::kNone;  // of each row's experts, in descending order of their logits
  ValueId expert_NK = ValueId::kNone;
  ValueId probability_NE = ValueId::kNone;
  ValueId token_R = ValueId::kNone;  // whose row a place holds
  ValueId place_NK = ValueId::kNone;
  ValueId begin_E1 = ValueId::kNone;  // where the places of each expert begin
};

struct RouteOptions {
  int64_t chosen = 0;      // K
  bool normalize = false;  // the weights of a row sum to 1
  // Gradients are those of the loss and of balance * T * E * sum over e of f_e P_e: T targets, f_e
  // the share of the rows that go to e, P_e its mean probability. 0: of the loss alone.
  double balance = 0;
  ValueId target_N = ValueId::kNone;  // where there is a balance
};

Routing route(GraphBuilder& graph, std::string_view name, ValueId logits_NE,
              const RouteOptions& options);
// The rows of x at their places: [R, C].
ValueId dispatch(GraphBuilder& graph, std::string_view name, ValueId x_NC, const Routing& routing);
// Each place times the matrix of its expert: y_RM = x_RK weight_EMKᵀ.
ValueId grouped_linear(GraphBuilder& graph, std::string_view name, ValueId x_RK, ValueId weight_EMK,
                       const Routing& routing);
// The weighted sum over the places of each row, + residual_NC unless kNone.
ValueId combine(GraphBuilder& graph, std::string_view name, ValueId y_RC, const Routing& routing,
                ValueId residual_NC);

// 0 is none. Smoothing s: the target keeps 1 - s of its probability, and every entry of the
// vocabulary has an equal part of s. z_loss: that times log(sum of exp(logits))^2 is added.
struct LossOptions {
  double softcap = 0;  // of the logits
  double label_smoothing = 0;
  double z_loss = 0;
  ValueId row_weight_N = ValueId::kNone;
};

// loss_N, whose sum backward() differentiates, or the sum of row_weight_N loss_N. A row whose
// target is -1 counts nothing.
ValueId linear_cross_entropy(GraphBuilder& graph, std::string_view name, ValueId x_NC,
                             ValueId weight_VC, ValueId target_N, const LossOptions& options = {});

}  // namespace glass::engine
