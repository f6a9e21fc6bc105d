#include "glass/engine/nn/layers.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "glass/engine/graph/operations.h"
#include "glass/engine/nn/net.h"

namespace glass::engine::nn {
namespace {

// y + (alpha / rank) B A x, under the name of the layer.
ValueId add_adapter(Net& net, const std::string& name, ValueId x_NK, ValueId y_NM) {
  const Adapters& adapters = net.adapters();
  const int64_t inputs = net.width(x_NK);
  const double std = 1.0 / std::sqrt(static_cast<double>(inputs));
  const ValueId a =
      net.adapter_parameter(name + ".adapter_a", {adapters.rank, inputs}, Init::normal(std));
  const ValueId b =
      net.adapter_parameter(name + ".adapter_b", {net.width(y_NM), adapters.rank}, Init::zeros());
  const ValueId inner = engine::linear(net.graph(), name + ".adapter", x_NK, a);
  const ValueId scaled = affine(net.graph(), name + ".adapter.scaled", inner,
                                adapters.alpha / static_cast<double>(adapters.rank), 0.0);
  return engine::linear(net.graph(), name, scaled, b, {.residual_NM = y_NM});
}

// The factor of an RMSNorm named `name`.
ValueId norm_factor(Net& net, const std::string& name, int64_t width, bool plus_one) {
  const ValueId weight =
      net.parameter(name + ".weight", {width}, plus_one ? Init::zeros() : Init::ones());
  return plus_one ? affine(net.graph(), name + ".gamma", weight, 1, 1) : weight;
}

}  // namespace

ValueId linear(Net& net, std::string_view name, ValueId x_NK, int64_t width,
               const LinearOptions& options) {
  const std::string prefix(name);
  const ValueId weight =
      net.parameter(prefix + ".weight", {width, net.width(x_NK)}, Init::normal(options.std));
  const ValueId bias =
      options.bias ? net.parameter(prefix + ".bias", {width}, Init::zeros()) : ValueId::kNone;
  const engine::LinearOptions plain{.bias_M = bias, .residual_NM = options.residual_NM};
  if (!options.adapted) return engine::linear(net.graph(), name, x_NK, weight, plain);
  const ValueId frozen = engine::linear(net.graph(), prefix + ".frozen", x_NK, weight, plain);
  return add_adapter(net, prefix, x_NK, frozen);
}

ValueId norm(Net& net, std::string_view name, ValueId x_NC, const NormOptions& options) {
  const std::string prefix(name);
  const int64_t width = net.width(x_NC);
  if (options.kind == NormKind::kRms)
    return rms_norm(net.graph(), name, x_NC, norm_factor(net, prefix, width, options.plus_one),
                    options.epsilon);
  const ValueId weight = net.parameter(prefix + ".weight", {width}, Init::ones());
  const ValueId bias =
      options.bias ? net.parameter(prefix + ".bias", {width}, Init::zeros()) : ValueId::kNone;
  return layer_norm(net.graph(), name, x_NC, weight, bias, options.epsilon);
}

ValueId dropped(Net& net, std::string_view name, ValueId x, const Dropout& dropout) {
  if (dropout.share == 0) return x;
  return engine::dropout(net.graph(), std::string(name) + ".dropped", x, dropout.random,
                         dropout.share, dropout.site);
}

namespace {

// linear() whose result is dropped before the residual is added.
ValueId into_residual(Net& net, const std::string& name, ValueId x_NK, int64_t width,
                      LinearOptions options, const Dropout& dropout) {
  if (dropout.share == 0) return linear(net, name, x_NK, width, options);
  const ValueId residual = std::exchange(options.residual_NM, ValueId::kNone);
  const ValueId y = dropped(net, name, linear(net, name, x_NK, width, options), dropout);
  return residual == ValueId::kNone ? y : add(net.graph(), name + ".added", residual, y);
}

}  // namespace

ValueId self_attention(Net& net, std::string_view name, ValueId x_NC, ValueId residual_NC,
                       const SelfAttentionOptions& options) {
  const auto scope = net.scope(name);
  GraphBuilder& graph = net.graph();
  const Heads& heads = options.heads;

  ValueId qkv = linear(net, "qkv", x_NC, heads.qkv_width(),
                       {.bias = options.qkv_bias, .adapted = net.adapters().qkv});
  if (options.qk_norm != QkNorm::kNone) {
    const bool whole = options.qk_norm == QkNorm::kWhole;
    const auto factor = [&](const std::string& of, int64_t of_heads) {
      return norm_factor(net, of, (whole ? of_heads : 1) * heads.head_dim, options.norm_plus_one);
    };
    const ValueId q_factor = factor("q_norm", heads.query);
    const ValueId k_factor = factor("k_norm", heads.key);
    qkv = engine::qk_norm(graph, "qk_norm", qkv, q_factor, k_factor, heads, options.norm_epsilon);
  }
  if (options.rope_table != ValueId::kNone)
    qkv = rope(graph, "rope", qkv, options.position_N, options.rope_table,
               {.heads = heads.query + heads.key,
                .head_dim = heads.head_dim,
                .interleaved = options.interleaved});

  ValueId mixed;
  if (options.cache_BPW == ValueId::kNone) {
    mixed = attention(graph, "heads", qkv, options.first_key_BT, heads);
  } else {
    const ValueId cache =
        cache_write(graph, "cached", qkv, options.cache_BPW, options.length_B, heads);
    mixed =
        cached_attention(graph, "heads", qkv, cache, options.first_key_BT, options.length_B, heads);
  }
  return into_residual(net, "out", dropped(net, "heads", mixed, options.heads_dropout),
                       net.width(x_NC),
                       {.std = options.out_std,
                        .bias = options.out_bias,
                        .residual_NM = residual_NC,
                        .adapted = net.adapters().out},
                       options.residual_dropout);
}

ValueId mlp(Net& net, std::string_view name, ValueId x_NC, ValueId residual_NC,
            const MlpOptions& options) {
  const auto scope = net.scope(name);
  ValueId hidden;
  if (options.kind == MlpKind::kSwiglu || options.kind == MlpKind::kGeglu) {
    const ValueId gate_up = linear(net, "gate_up", x_NC, 2 * options.hidden_width,
                                   {.bias = options.bias, .adapted = net.adapters().up});
    hidden = options.kind == MlpKind::kSwiglu ? swiglu(net.graph(), "hidden", gate_up)
                                              : geglu(net.graph(), "hidden", gate_up);
  } else {
    const ValueId up = linear(net, "up", x_NC, options.hidden_width,
                              {.bias = options.bias, .adapted = net.adapters().up});
    hidden = gelu(net.graph(), "hidden", up, options.kind == MlpKind::kGeluTanh ? "tanh" : "erf");
  }
  return into_residual(net, "down", hidden, net.width(x_NC),
                       {.std = options.down_std,
                        .bias = options.bias,
                        .residual_NM = residual_NC,
                        .adapted = net.adapters().down},
                       options.residual_dropout);
}

ValueId experts(Net& net, std::string_view name, ValueId x_NC, ValueId residual_NC,
                const ExpertsOptions& options) {
  const auto scope = net.scope(name);
  GraphBuilder& graph = net.graph();
  const int64_t count = options.experts, width = net.width(x_NC), hidden = options.hidden_width;
  const ValueId logits = linear(net, "router", x_NC, count);
  const Routing routing = route(graph, "route", logits, options.route);
  const ValueId gate_up_weight =
      net.parameter("experts.gate_up.weight", {count, 2 * hidden, width}, Init::normal(0.02));
  const ValueId down_weight =
      net.parameter("experts.down.weight", {count, width, hidden}, Init::normal(options.down_std));
  const ValueId rows = dispatch(graph, "rows", x_NC, routing);
  const ValueId gate_up = grouped_linear(graph, "experts.gate_up", rows, gate_up_weight, routing);
  const ValueId hidden_rows = swiglu(graph, "experts.hidden", gate_up);
  const ValueId down = grouped_linear(graph, "experts.down", hidden_rows, down_weight, routing);
  return combine(graph, "combined", down, routing, residual_NC);
}

}  // namespace glass::engine::nn
