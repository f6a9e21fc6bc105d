// Layers: a name, a few parameters, a few operations. A layer names its parameters after itself:
// linear("attn.qkv", ...) has `attn.qkv.weight` and, if wished, `attn.qkv.bias`. One with an
// adapter has `attn.qkv.adapter_a` [rank, inputs] and `attn.qkv.adapter_b` [outputs, rank] besides.
// Letters as in graph/operations.h.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/engine/graph/operations.h"
#include "glass/engine/nn/net.h"

namespace glass::engine::nn {

struct LinearOptions {
  double std = 0.02;  // of the initial weights
  bool bias = false;  // begins with zeros
  ValueId residual_NM = ValueId::kNone;
  bool adapted = false;  // with an adapter of the net's
};

ValueId linear(Net& net, std::string_view name, ValueId x_NK, int64_t width,
               const LinearOptions& options = {});

// Where the words of the step come from, and where in the model this is (graph/operations.h). A
// share of 0 is none.
struct Dropout {
  double share = 0;
  int64_t site = 0;
  ValueId random = ValueId::kNone;
};

// NAME.dropped, or x itself where nothing is dropped.
ValueId dropped(Net& net, std::string_view name, ValueId x, const Dropout& dropout);

enum class NormKind { kRms, kLayer };

struct NormOptions {
  NormKind kind = NormKind::kRms;
  double epsilon = 1e-5;
  bool bias = false;  // kLayer only
  // kRms only: the weight counts from 1, so that the factor is NAME.gamma = 1 + weight, and begins
  // with zeros.
  bool plus_one = false;
};

ValueId norm(Net& net, std::string_view name, ValueId x_NC, const NormOptions& options);

// RMSNorm of queries and keys before they turn: none, each head for itself, all heads of a row.
enum class QkNorm { kNone, kHeads, kWhole };

// qkv -> qk_norm -> rope -> attention -> out + residual. With a cache the keys and values are
// appended to it and attention runs over all that it holds.
struct SelfAttentionOptions {
  Heads heads;
  bool qkv_bias = false;
  bool out_bias = false;
  QkNorm qk_norm = QkNorm::kNone;
  double norm_epsilon = 1e-5;  // of qk_norm
  bool norm_plus_one = false;  // likewise
  double out_std = 0.02;
  ValueId rope_table = ValueId::kNone;  // kNone: positions come from elsewhere
  bool interleaved = false;
  ValueId position_N = ValueId::kNone;
  ValueId first_key_BT = ValueId::kNone;
  ValueId cache_BPW = ValueId::kNone;  // kNone: training
  ValueId length_B = ValueId::kNone;   // what the cache holds already
  Dropout heads_dropout = {};          // of what the heads give, before `out`
  Dropout residual_dropout = {};       // of what is added to the residual
};

ValueId self_attention(Net& net, std::string_view name, ValueId x_NC, ValueId residual_NC,
                       const SelfAttentionOptions& options);

enum class MlpKind { kSwiglu, kGeglu, kGeluTanh, kGeluErf };

// kSwiglu and kGeglu: gate_up -> swiglu or geglu -> down + residual; else up -> gelu -> down +
// residual. A residual that is kNone is not added.
struct MlpOptions {
  MlpKind kind = MlpKind::kSwiglu;
  int64_t hidden_width = 0;
  bool bias = false;
  double down_std = 0.02;
  Dropout residual_dropout = {};  // of what is added to the residual
};

ValueId mlp(Net& net, std::string_view name, ValueId x_NC, ValueId residual_NC,
            const MlpOptions& options);

// A mixture of experts, each a gated MLP (kSwiglu) of its own:
// router -> route -> rows -> experts.gate_up -> experts.hidden -> experts.down -> combined.
// Parameters: router.weight [E, C], experts.gate_up.weight [E, 2 F, C], experts.down.weight
// [E, C, F].
struct ExpertsOptions {
  int64_t experts = 0;
  int64_t hidden_width = 0;
  double down_std = 0.02;
  RouteOptions route;
};

ValueId experts(Net& net, std::string_view name, ValueId x_NC, ValueId residual_NC,
                const ExpertsOptions& options);

}  // namespace glass::engine::nn
