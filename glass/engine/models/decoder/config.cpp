#include "glass/engine/models/decoder/config.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::engine {
namespace {

// The names of an enumeration in JSON.
template <typename Enum, size_t n>
using Names = std::array<std::pair<Enum, std::string_view>, n>;

constexpr Names<nn::NormKind, 2> kNormNames = {
    {{nn::NormKind::kRms, "rms"}, {nn::NormKind::kLayer, "layer"}}};
constexpr Names<DecoderConfig::Positions, 2> kPositionNames = {
    {{DecoderConfig::Positions::kRope, "rope"}, {DecoderConfig::Positions::kLearned, "learned"}}};
constexpr Names<DecoderConfig::NormPlace, 3> kNormPlaceNames = {
    {{DecoderConfig::NormPlace::kBefore, "before"},
     {DecoderConfig::NormPlace::kAfter, "after"},
     {DecoderConfig::NormPlace::kBoth, "both"}}};
constexpr Names<RopeScaling::Kind, 3> kScalingNames = {{{RopeScaling::Kind::kNone, "none"},
                                                        {RopeScaling::Kind::kLinear, "linear"},
                                                        {RopeScaling::Kind::kLlama3, "llama3"}}};
constexpr Names<nn::QkNorm, 3> kQkNormNames = {
    {{nn::QkNorm::kNone, "none"}, {nn::QkNorm::kHeads, "heads"}, {nn::QkNorm::kWhole, "whole"}}};
constexpr Names<nn::MlpKind, 4> kMlpNames = {{{nn::MlpKind::kSwiglu, "swiglu"},
                                              {nn::MlpKind::kGeglu, "geglu"},
                                              {nn::MlpKind::kGeluTanh, "gelu_tanh"},
                                              {nn::MlpKind::kGeluErf, "gelu_erf"}}};

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::kInvalidInput, "model: " + std::move(message));
}

// Calls visit(name, field) for every field: the one list that reader and writer share.
template <typename Config, typename Visit>
void for_each_field(Config& config, Visit visit) {
  visit("d_model", config.d_model);
  visit("n_layers", config.n_layers);
  visit("n_heads", config.n_heads);
  visit("n_kv_heads", config.n_kv_heads);
  visit("head_dim", config.head_dim);
  visit("d_ff", config.d_ff);
  visit("vocabulary", config.vocabulary);
  visit("context", config.context);
  visit("norm", config.norm);
  visit("norm_epsilon", config.norm_epsilon);
  visit("norm_bias", config.norm_bias);
  visit("norm_plus_one", config.norm_plus_one);
  visit("norm_place", config.norm_place);
  visit("parallel", config.parallel);
  visit("positions", config.positions);
  visit("rope_theta", config.rope_theta);
  visit("rotary_dim", config.rotary_dim);
  visit("rope_interleaved", config.rope_interleaved);
  visit("rope_scaling", config.rope_scaling.kind);
  visit("rope_scaling_factor", config.rope_scaling.factor);
  visit("rope_scaling_low_frequency", config.rope_scaling.low_frequency);
  visit("rope_scaling_high_frequency", config.rope_scaling.high_frequency);
  visit("rope_scaling_context", config.rope_scaling.context);
  visit("qk_norm", config.qk_norm);
  visit("score_width", config.score_width);
  visit("attention_softcap", config.attention_softcap);
  visit("window", config.window);
  visit("window_period", config.window_period);
  visit("window_rope_theta", config.window_rope_theta);
  visit("qkv_bias", config.qkv_bias);
  visit("out_bias", config.out_bias);
  visit("mlp", config.mlp);
  visit("mlp_bias", config.mlp_bias);
  visit("n_experts", config.n_experts);
  visit("experts_per_token", config.experts_per_token);
  visit("normalize_experts", config.normalize_experts);
  visit("expert_balance", config.expert_balance);
  visit("tied_embeddings", config.tied_embeddings);
  visit("scaled_embeddings", config.scaled_embeddings);
  visit("logit_softcap", config.logit_softcap);
  visit("adapter_rank", config.adapters.rank);
  visit("adapter_alpha", config.adapters.alpha);
  visit("adapter_qkv", config.adapters.qkv);
  visit("adapter_out", config.adapters.out);
  visit("adapter_up", config.adapters.up);
  visit("adapter_down", config.adapters.down);
}

constexpr const auto& names_of(nn::NormKind) {
  return kNormNames;
}

constexpr const auto& names_of(DecoderConfig::Positions) {
  return kPositionNames;
}

constexpr const auto& names_of(DecoderConfig::NormPlace) {
  return kNormPlaceNames;
}

constexpr const auto& names_of(RopeScaling::Kind) {
  return kScalingNames;
}

constexpr const auto& names_of(nn::QkNorm) {
  return kQkNormNames;
}

constexpr const auto& names_of(nn::MlpKind) {
  return kMlpNames;
}

Json write(int64_t value) {
  return value;
}

Json write(double value) {
  return value;
}

Json write(bool value) {
  return value;
}

template <typename Enum>
Json write(Enum value) {
  for (const auto& [known, name] : names_of(value)) {
    if (known == value) return name;
  }
  return nullptr;
}

Status read(const Json& json, std::string_view key, int64_t& into) {
  GLASS_TRY(into, json.get_int(key));
  return {};
}

Status read(const Json& json, std::string_view key, double& into) {
  GLASS_TRY(into, json.get_number(key));
  return {};
}

Status read(const Json& json, std::string_view key, bool& into) {
  GLASS_TRY(into, json.get_bool(key));
  return {};
}

template <typename Enum>
Status read(const Json& json, std::string_view key, Enum& into) {
  GLASS_TRY(const std::string text, json.get_string(key));
  std::string known_names;
  for (const auto& [known, name] : names_of(into)) {
    if (text == name) {
      into = known;
      return {};
    }
    known_names += fmt::format("{}'{}'", known_names.empty() ? "" : ", ", name);
  }
  return wrong(fmt::format("{} is '{}'; known are {}", key, text, known_names));
}

// Far above any model there is, and low enough that no count of parameters, bytes or rows
// overflows.
constexpr int64_t kMostLayers = int64_t{1} << 12;
constexpr int64_t kMostWidth = int64_t{1} << 20;
constexpr int64_t kMostRows = int64_t{1} << 24;
constexpr int64_t kMostExperts = int64_t{1} << 12;

struct SizeLimit {
  std::string_view name;
  int64_t size, most;
};

Status expect_sizes(const DecoderConfig& config) {
  for (const auto& [name, size, most] : {
           SizeLimit{"n_layers", config.n_layers, kMostLayers},
           SizeLimit{"d_model", config.d_model, kMostWidth},
           SizeLimit{"n_heads", config.n_heads, kMostWidth},
           SizeLimit{"n_kv_heads", config.n_kv_heads, kMostWidth},
           SizeLimit{"head_dim", config.head_dim, kMostWidth},
           SizeLimit{"d_ff", config.d_ff, kMostWidth},
           SizeLimit{"vocabulary", config.vocabulary, kMostRows},
           SizeLimit{"context", config.context, kMostRows},
       }) {
    if (size < 1 || size > most)
      return wrong(fmt::format("{} is {}; it must lie between 1 and {}", name, size, most));
  }
  if (config.n_heads * config.head_dim > kMostWidth)
    return wrong(fmt::format("n_heads times head_dim is {}; it must be at most {}",
                             config.n_heads * config.head_dim, kMostWidth));
  return {};
}

Status expect_rope(const DecoderConfig& config) {
  const int64_t rotary_dim = config.rotary_dim;
  if (rotary_dim < 2 || rotary_dim % 2 != 0 || rotary_dim > config.head_dim)
    return wrong(
        fmt::format("rotary_dim is {}; it must be even, at least 2 and at most head_dim, "
                    "which is {}",
                    rotary_dim, config.head_dim));
  if (!std::isfinite(config.rope_theta) || config.rope_theta < 1)
    return wrong(fmt::format("rope_theta is {}; it must be at least 1", config.rope_theta));
  const double window_theta = config.window_rope_theta;
  if (window_theta != 0 && (!std::isfinite(window_theta) || window_theta < 1))
    return wrong(fmt::format("window_rope_theta is {}; it must be at least 1, or 0 for rope_theta",
                             window_theta));
  if (const std::string why = problem_of(config.rope_scaling); !why.empty())
    return wrong("rope_scaling: " + why);
  return {};
}

Status expect_placement(const DecoderConfig& config) {
  if (config.parallel && config.norm_place != DecoderConfig::NormPlace::kBefore)
    return wrong("parallel is true, so norm_place must be 'before': the branches read their norms");
  return {};
}

Status expect_window(const DecoderConfig& config) {
  if (config.window < 0 || config.window > kMostRows)
    return wrong(fmt::format("window is {}; it must lie between 1 and {}, or be 0 for none",
                             config.window, kMostRows));
  if (config.window_period < 0 || config.window_period == 1 || config.window_period > kMostRows)
    return wrong(
        fmt::format("window_period is {}; it must lie between 2 and {}, or be 0 where "
                    "every layer has the window",
                    config.window_period, kMostRows));
  if (config.window == 0 && (config.window_period != 0 || config.window_rope_theta != 0))
    return wrong("window_period and window_rope_theta need a window");
  return {};
}

Status expect_experts(const DecoderConfig& config) {
  if (config.n_experts == 0) {
    if (config.experts_per_token != 0 || config.normalize_experts || config.expert_balance != 0)
      return wrong("experts_per_token, normalize_experts and expert_balance need n_experts");
    return {};
  }
  if (config.n_experts < 0 || config.n_experts > kMostExperts)
    return wrong(fmt::format("n_experts is {}; it must lie between 1 and {}, or be 0 for one MLP",
                             config.n_experts, kMostExperts));
  if (config.experts_per_token < 1 || config.experts_per_token > config.n_experts)
    return wrong(
        fmt::format("experts_per_token is {}; it must lie between 1 and n_experts, which "
                    "is {}",
                    config.experts_per_token, config.n_experts));
  if (!std::isfinite(config.expert_balance) || config.expert_balance < 0)
    return wrong(
        fmt::format("expert_balance is {}; it must not be negative", config.expert_balance));
  if (config.mlp != nn::MlpKind::kSwiglu || config.mlp_bias)
    return wrong("experts are gated: mlp must be 'swiglu' and mlp_bias false");
  if (config.adapters.up || config.adapters.down)
    return wrong("experts have no adapters: adapter_up and adapter_down must be false");
  return {};
}

Status expect_scores(const DecoderConfig& config) {
  if (config.score_width < 0 || config.score_width > kMostWidth)
    return wrong(
        fmt::format("score_width is {}; it must lie between 1 and {}, or be 0 for "
                    "head_dim",
                    config.score_width, kMostWidth));
  for (const auto& [name, cap] : {std::pair("attention_softcap", config.attention_softcap),
                                  std::pair("logit_softcap", config.logit_softcap)}) {
    if (!std::isfinite(cap) || cap < 0)
      return wrong(fmt::format("{} is {}; it must be positive, or 0 for none", name, cap));
  }
  return {};
}

Status expect_adapters(const nn::Adapters& adapters) {
  const bool any = adapters.qkv || adapters.out || adapters.up || adapters.down;
  if (adapters.rank == 0) {
    if (any || adapters.alpha != 0) return wrong("adapters need an adapter_rank of at least 1");
    return {};
  }
  if (adapters.rank < 1 || adapters.rank > kMostWidth)
    return wrong(fmt::format("adapter_rank is {}; it must lie between 1 and {}, or be 0 for none",
                             adapters.rank, kMostWidth));
  if (!(adapters.alpha > 0 && std::isfinite(adapters.alpha)))
    return wrong(fmt::format("adapter_alpha is {}; it must be above 0", adapters.alpha));
  if (!any) return wrong("there are adapters, but no layer has one");
  return {};
}

}  // namespace

DecoderConfig without_adapters(DecoderConfig config) {
  config.adapters = {};
  return config;
}

Status validate(const DecoderConfig& config) {
  GLASS_TRY_STATUS(expect_sizes(config));
  GLASS_TRY_STATUS(expect_adapters(config.adapters));
  if (config.n_experts > 0 && (config.adapters.up || config.adapters.down))
    return wrong("adapter_up and adapter_down are not for experts; adapt 'qkv' and 'out' alone");
  if (config.n_heads % config.n_kv_heads != 0)
    return wrong(fmt::format("n_heads ({}) must be a multiple of n_kv_heads ({})", config.n_heads,
                             config.n_kv_heads));
  if (!(config.norm_epsilon > 0 && config.norm_epsilon < 1))
    return wrong(fmt::format("norm_epsilon is {}; it must lie between 0 and 1, often 1e-5",
                             config.norm_epsilon));
  if (config.norm_bias && config.norm == nn::NormKind::kRms)
    return wrong("norm_bias is true, but the norm is 'rms', which has no bias");
  if (config.norm_plus_one && config.norm != nn::NormKind::kRms)
    return wrong("norm_plus_one is true, but only weights of the norm 'rms' can count from 1");
  GLASS_TRY_STATUS(expect_placement(config));
  GLASS_TRY_STATUS(expect_window(config));
  GLASS_TRY_STATUS(expect_scores(config));
  GLASS_TRY_STATUS(expect_experts(config));
  if (config.positions == DecoderConfig::Positions::kRope) return expect_rope(config);
  if (config.rotary_dim != 0) return wrong("rotary_dim must be 0 where positions are 'learned'");
  if (config.rope_scaling != RopeScaling())
    return wrong("rope_scaling needs positions that are 'rope'");
  if (config.window_rope_theta != 0)
    return wrong("window_rope_theta needs positions that are 'rope'");
  return {};
}

Json to_json(const DecoderConfig& config) {
  Json::Object object;
  for_each_field(config, [&](std::string_view key, const auto& field) {
    object.emplace(std::string(key), write(field));
  });
  return object;
}

Result<DecoderConfig> decoder_config_from_json(const Json& json) {
  const Json::Object* object = json.if_object();
  if (object == nullptr) return wrong("the configuration must be a JSON object");
  DecoderConfig config;
  Status status;
  size_t known = 0;
  for_each_field(config, [&](std::string_view key, auto& field) {
    if (status) status = read(json, key, field);
    known += object->contains(key) ? 1 : 0;
  });
  if (!status) return in_context("model", status.error());
  if (known != object->size()) {
    const Json fields = to_json(config);
    for (const auto& [key, value] : *object) {
      if (fields.find(key) == nullptr) return wrong(fmt::format("'{}' is no known field", key));
    }
  }
  GLASS_TRY_STATUS(validate(config));
  return config;
}

}  // namespace glass::engine
