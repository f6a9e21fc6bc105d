#include "glass/engine/models/decoder/decoder.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/graph/bf16_storage.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/nn/layers.h"

namespace glass::engine {
namespace {

constexpr double kInitStd = 0.02;  // GPT-2's

// What a pass over the blocks reads besides the stream.
struct Inputs {
  ValueId tokens_N, positions_N;
  ValueId first_key_BT;  // the start of each row's document
  ValueId rope_table = ValueId::kNone;
  ValueId window_first_key_BT = ValueId::kNone;  // the same for layers with a window
  ValueId window_rope_table = ValueId::kNone;
  ValueId length_B = ValueId::kNone;   // generation only
  ValueId targets_N = ValueId::kNone;  // of a loss of which experts are balanced
  int64_t sequences = 0, capacity = 0;
  Regularization regularization = {};
  ValueId random = ValueId::kNone;  // where something is dropped

  [[nodiscard]] nn::Dropout dropout(double share, int64_t site) const {
    return {.share = share, .site = site, .random = random};
  }
};

// Where in a block something is dropped; the embedding is site 0.
enum class Place { kHeads, kAttention, kMlp };

int64_t site_of(int64_t layer, Place place) {
  return 1 + 3 * layer + static_cast<int64_t>(place);
}

Status expect_shape(const DecoderConfig& config, int64_t sequences, int64_t positions,
                    int64_t positions_max) {
  GLASS_TRY_STATUS(validate(config));
  if (sequences < 1 || positions < 1)
    return fail(ErrorCode::kInvalidInput, fmt::format("a batch of {} sequences of {} positions is "
                                                      "empty; both must be at least 1",
                                                      sequences, positions));
  if (positions > positions_max)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("sequences of {} positions do not fit into {}, which is all that the "
                            "model or its cache has",
                            positions, positions_max));
  return {};
}

Heads heads_of(const DecoderConfig& config) {
  return {.query = config.n_heads,
          .key = config.n_kv_heads,
          .head_dim = config.head_dim,
          .scale = 1.0 / std::sqrt(static_cast<double>(
                             config.score_width == 0 ? config.head_dim : config.score_width)),
          .softcap = config.attention_softcap};
}

nn::NormOptions norm_options(const DecoderConfig& config) {
  return {.kind = config.norm,
          .epsilon = config.norm_epsilon,
          .bias = config.norm_bias,
          .plus_one = config.norm_plus_one};
}

Inputs add_inputs(nn::Net& net, const DecoderConfig& config, int64_t sequences, int64_t positions) {
  GraphBuilder& graph = net.graph();
  Inputs inputs;
  inputs.sequences = sequences;
  inputs.tokens_N = graph.input("tokens", DType::kI32, {sequences * positions});
  inputs.positions_N = graph.input("positions", DType::kI32, {sequences * positions});
  inputs.first_key_BT = graph.input("first_key", DType::kI32, {sequences, positions});
  if (config.positions == DecoderConfig::Positions::kRope)
    inputs.rope_table = rope_table(graph, "rope_table", config.context, config.rotary_dim,
                                   config.rope_theta, config.rope_scaling);
  return inputs;
}

// What layers with a window read in the place of the others' inputs.
void add_window(nn::Net& net, const DecoderConfig& config, Inputs& inputs) {
  if (config.window == 0) return;
  GraphBuilder& graph = net.graph();
  inputs.window_first_key_BT =
      window_keys(graph, "window", inputs.first_key_BT, inputs.length_B, config.window);
  inputs.window_rope_table = config.window_rope_theta == 0
                                 ? inputs.rope_table
                                 : rope_table(graph, "window_rope_table", config.context,
                                              config.rotary_dim, config.window_rope_theta);
}

struct Embedded {
  ValueId x_NC;
  ValueId table_VC;
};

Embedded embed(nn::Net& net, const DecoderConfig& config, const Inputs& inputs) {
  const ValueId table =
      net.parameter("embed.weight", {config.vocabulary, config.d_model}, Init::normal(kInitStd));
  PositionTable positions;
  if (config.positions == DecoderConfig::Positions::kLearned)
    positions = {.position_N = inputs.positions_N,
                 .table_PC = net.parameter("position.weight", {config.context, config.d_model},
                                           Init::normal(kInitStd))};
  ValueId x = embedding(net.graph(), "embed", inputs.tokens_N, table, positions);
  if (config.scaled_embeddings)
    x = affine(net.graph(), "embed.scaled", x, std::sqrt(static_cast<double>(config.d_model)), 0);
  return {nn::dropped(net, "embed", x, inputs.dropout(inputs.regularization.embedding_dropout, 0)),
          table};
}

// The two projections back into the stream begin smaller, by the square root of their number.
double residual_std(const DecoderConfig& config) {
  return kInitStd / std::sqrt(2.0 * static_cast<double>(config.n_layers));
}

ValueId attend(nn::Net& net, const DecoderConfig& config, const Inputs& inputs, int64_t layer,
               ValueId x_NC, ValueId residual_NC) {
  const bool window = config.has_window(layer);
  nn::SelfAttentionOptions attention = {
      .heads = heads_of(config),
      .qkv_bias = config.qkv_bias,
      .out_bias = config.out_bias,
      .qk_norm = config.qk_norm,
      .norm_epsilon = config.norm_epsilon,
      .norm_plus_one = config.norm_plus_one,
      .out_std = residual_std(config),
      .rope_table = window ? inputs.window_rope_table : inputs.rope_table,
      .interleaved = config.rope_interleaved,
      .position_N = inputs.positions_N,
      .first_key_BT = window ? inputs.window_first_key_BT : inputs.first_key_BT,
      .length_B = inputs.length_B,
      .heads_dropout =
          inputs.dropout(inputs.regularization.attention_dropout, site_of(layer, Place::kHeads)),
      .residual_dropout = inputs.dropout(inputs.regularization.residual_dropout,
                                         site_of(layer, Place::kAttention))};
  if (inputs.length_B != ValueId::kNone)
    attention.cache_BPW = net.graph().input(
        "attn.cache", DType::kF32,
        {inputs.sequences, inputs.capacity, 2 * config.n_kv_heads * config.head_dim});
  return nn::self_attention(net, "attn", x_NC, residual_NC, attention);
}

ValueId feed_forward(nn::Net& net, const DecoderConfig& config, const Inputs& inputs, int64_t layer,
                     ValueId x_NC, ValueId residual_NC) {
  if (config.n_experts > 0) {
    RouteOptions route = {.chosen = config.experts_per_token,
                          .normalize = config.normalize_experts};
    if (inputs.targets_N != ValueId::kNone && config.expert_balance > 0) {
      route.balance = config.expert_balance / static_cast<double>(config.n_layers);
      route.target_N = inputs.targets_N;
    }
    return nn::experts(net, "mlp", x_NC, residual_NC,
                       {.experts = config.n_experts,
                        .hidden_width = config.d_ff,
                        .down_std = residual_std(config),
                        .route = route});
  }
  return nn::mlp(net, "mlp", x_NC, residual_NC,
                 {.kind = config.mlp,
                  .hidden_width = config.d_ff,
                  .bias = config.mlp_bias,
                  .down_std = residual_std(config),
                  .residual_dropout = inputs.dropout(inputs.regularization.residual_dropout,
                                                     site_of(layer, Place::kMlp))});
}

// One block of the picture in decoder.h, in one of its four forms.
ValueId block(nn::Net& net, const DecoderConfig& config, const Inputs& inputs, int layer,
              ValueId x_NC) {
  const auto scope = net.scope(fmt::format("blocks.{}", layer), layer);
  const auto norm = [&](std::string_view name, ValueId x) {
    return nn::norm(net, name, x, norm_options(config));
  };
  if (config.norm_place != DecoderConfig::NormPlace::kBefore) {
    const bool both = config.norm_place == DecoderConfig::NormPlace::kBoth;
    const auto before = [&](std::string_view name, ValueId x) { return both ? norm(name, x) : x; };
    const ValueId attended =
        attend(net, config, inputs, layer, before("norm1", x_NC), ValueId::kNone);
    const ValueId middle =
        add(net.graph(), "attn.added", x_NC, norm(both ? "norm1_after" : "norm1", attended));
    const ValueId fed =
        feed_forward(net, config, inputs, layer, before("norm2", middle), ValueId::kNone);
    return add(net.graph(), "mlp.added", middle, norm(both ? "norm2_after" : "norm2", fed));
  }
  const ValueId attended = attend(net, config, inputs, layer, norm("norm1", x_NC), x_NC);
  return feed_forward(net, config, inputs, layer, norm("norm2", config.parallel ? x_NC : attended),
                      attended);
}

// The stream after the last norm.
ValueId trunk(nn::Net& net, const DecoderConfig& config, Inputs inputs, ValueId x_NC) {
  add_window(net, config, inputs);
  for (int layer = 0; layer < config.n_layers; ++layer)
    x_NC = block(net, config, inputs, layer, x_NC);
  return nn::norm(net, "norm", x_NC, norm_options(config));
}

ValueId head_weight(nn::Net& net, const DecoderConfig& config, ValueId table_VC) {
  return config.tied_embeddings ? table_VC
                                : net.parameter("head.weight", {config.vocabulary, config.d_model},
                                                Init::normal(kInitStd));
}

Status check(const DecoderConfig& config, const Regularization& regularization) {
  if (config.n_experts > 0 && regularization.residual_dropout > 0)
    return fail(
        ErrorCode::kInvalidInput,
        "residual dropout is not for mixtures of experts, whose outputs it would not reach");
  for (const double share : {regularization.embedding_dropout, regularization.residual_dropout,
                             regularization.attention_dropout}) {
    if (!(share >= 0 && share < 1))
      return fail(
          ErrorCode::kInvalidInput,
          fmt::format("a share of {} cannot be dropped; it must be at least 0 and below 1", share));
  }
  return {};
}

void add_loss(nn::Net& net, const DecoderConfig& config, BatchShape shape,
              const TrainingGraphOptions& options = {}) {
  const Regularization& regularization = options.regularization;
  Inputs inputs = add_inputs(net, config, shape.sequences, shape.positions);
  inputs.regularization = regularization;
  if (regularization.drops())
    inputs.random = net.graph().input("random", DType::kI32, {kRandomWords});
  const ValueId targets =
      net.graph().input("targets", DType::kI32, {shape.sequences * shape.positions});
  if (!options.weighted) inputs.targets_N = targets;
  const Embedded embedded = embed(net, config, inputs);
  const ValueId x = trunk(net, config, inputs, embedded.x_NC);
  const ValueId head = head_weight(net, config, embedded.table_VC);
  LossOptions loss{.softcap = config.logit_softcap,
                   .label_smoothing = regularization.label_smoothing,
                   .z_loss = regularization.z_loss};
  if (options.weighted)
    loss.row_weight_N =
        net.graph().input("row_weights", DType::kF32, {shape.sequences * shape.positions});
  net.graph().mark_output(linear_cross_entropy(net.graph(), "loss", x, head, targets, loss));
}

Result<Graph> in_class(Numerics numerics, Result<Graph> graph) {
  if (!graph || numerics == Numerics::kPortable1) return graph;
  return store_in_bf16(*graph);
}

}  // namespace

Result<Graph> build_loss_graph(const DecoderConfig& config, BatchShape shape,
                               const Regularization& regularization, Numerics numerics) {
  GLASS_TRY_STATUS(check(config, regularization));
  GLASS_TRY_STATUS(expect_shape(config, shape.sequences, shape.positions, config.context));
  nn::Net net("decoder.loss", config.adapters);
  add_loss(net, config, shape, {.regularization = regularization});
  return in_class(numerics, net.graph().build());
}

Result<Graph> build_training_graph(const DecoderConfig& config, BatchShape shape,
                                   const TrainingGraphOptions& options) {
  GLASS_TRY_STATUS(expect_shape(config, shape.sequences, shape.positions, config.context));
  GLASS_TRY_STATUS(check(config, options.regularization));
  nn::Net net("decoder.loss", config.adapters);
  add_loss(net, config, shape, options);
  GLASS_TRY(const Graph loss, in_class(options.numerics, net.graph().build()));
  GLASS_TRY(const std::vector<ParameterSpec> specs, parameters(config));
  FrozenParameters frozen;
  for (const ParameterSpec& spec : specs) {
    if (!spec.trained) frozen.insert(spec.name);
  }
  return backward(loss, "loss", options.recompute, frozen);
}

Result<Graph> build_inference_graph(const DecoderConfig& config, const InferenceShape& shape) {
  const int64_t capacity = shape.capacity == 0 ? config.context : shape.capacity;
  GLASS_TRY_STATUS(expect_shape(config, shape.sequences, shape.positions, capacity));
  nn::Net net("decoder.inference", config.adapters);
  GraphBuilder& graph = net.graph();
  Inputs inputs = add_inputs(net, config, shape.sequences, shape.positions);
  inputs.length_B = graph.input("length", DType::kI32, {shape.sequences});
  inputs.capacity = capacity;

  const Embedded embedded = embed(net, config, inputs);
  ValueId x = trunk(net, config, inputs, embedded.x_NC);
  if (shape.rows_with_logits > 0) {
    const ValueId rows = graph.input("logit_rows", DType::kI32, {shape.rows_with_logits});
    x = embedding(graph, "norm.rows", rows, x);
  }
  const ValueId head = head_weight(net, config, embedded.table_VC);
  graph.mark_output(config.logit_softcap == 0
                        ? linear(graph, "logits", x, head)
                        : softcap(graph, "logits", linear(graph, "logits.uncapped", x, head),
                                  config.logit_softcap));
  return graph.build();
}

Result<std::vector<ParameterSpec>> parameters(const DecoderConfig& config) {
  GLASS_TRY_STATUS(validate(config));
  nn::Net net("decoder.parameters", config.adapters);
  add_loss(net, config, {.sequences = 1, .positions = 1});
  GLASS_TRY(const Graph checked, net.graph().build());
  return net.parameters();
}

int64_t parameter_count(const std::vector<ParameterSpec>& parameters) {
  int64_t count = 0;
  for (const ParameterSpec& parameter : parameters)
    count += element_count(parameter.shape).value();  // parameters() has checked it
  return count;
}

int64_t trained_count(const std::vector<ParameterSpec>& parameters) {
  int64_t count = 0;
  for (const ParameterSpec& parameter : parameters) {
    if (parameter.trained) count += element_count(parameter.shape).value();
  }
  return count;
}

int64_t active_parameter_count(const DecoderConfig& config,
                               const std::vector<ParameterSpec>& parameters) {
  const int64_t idle = config.n_experts - config.experts_per_token;
  return parameter_count(parameters) - config.n_layers * idle * 3 * config.d_model * config.d_ff;
}

Result<double> training_flops_per_token(const DecoderConfig& config, int64_t positions) {
  GLASS_TRY(const std::vector<ParameterSpec> specs, parameters(config));
  int64_t multiplied = active_parameter_count(config, specs);
  if (config.positions == DecoderConfig::Positions::kLearned)
    multiplied -= config.context * config.d_model;
  if (!config.tied_embeddings) multiplied -= config.vocabulary * config.d_model;
  const int64_t attention = config.n_layers * config.n_heads * config.head_dim * positions;
  int64_t frozen = 0;
  if (config.adapters.rank > 0) frozen = multiplied - trained_count(specs);
  return 6.0 * static_cast<double>(multiplied) - 2.0 * static_cast<double>(frozen) +
         12.0 * static_cast<double>(attention);
}

}  // namespace glass::engine
