#include "glass/engine/models/gemma/gemma.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/gguf_names.h"
#include "glass/engine/models/hugging_face.h"
#include "glass/engine/models/layer_windows.h"
#include "glass/engine/models/llama/relatives.h"

namespace glass::engine {
namespace {

// What the papers fix.
struct GemmaTraits {
  int64_t window;
  int64_t window_period;
  double attention_softcap, logit_softcap;
  double window_rope_theta;
  nn::QkNorm qk_norm;
  double rope_theta;  // where a config.json says none
};

constexpr GemmaTraits kGemma2 = {.window = 4096,
                                 .window_period = 2,
                                 .attention_softcap = 50,
                                 .logit_softcap = 30,
                                 .window_rope_theta = 0,
                                 .qk_norm = nn::QkNorm::kNone,
                                 .rope_theta = 10'000};
constexpr GemmaTraits kGemma3 = {.window = 512,
                                 .window_period = 6,
                                 .attention_softcap = 0,
                                 .logit_softcap = 0,
                                 .window_rope_theta = 10'000,
                                 .qk_norm = nn::QkNorm::kHeads,
                                 .rope_theta = 1'000'000};
constexpr std::string_view kActivation = "gelu_pytorch_tanh";
constexpr int64_t kHeadDim = 256;  // where a config.json says none

Result<DecoderConfig> gemma(DecoderConfig config, const GemmaTraits& traits) {
  config.norm_plus_one = true;
  config.norm_place = DecoderConfig::NormPlace::kBoth;
  config.qk_norm = traits.qk_norm;
  config.mlp = nn::MlpKind::kGeglu;
  config.scaled_embeddings = true;
  GLASS_TRY_STATUS(validate(config));
  return config;
}

template <const GemmaTraits& kTraits>
Result<DecoderConfig> gemma_from_options(const ModelOptions& options) {
  GLASS_TRY_STATUS(expect_dense(options, "Gemma"));
  GLASS_TRY(DecoderConfig config, llama_like_from_options(options));
  config.score_width = config.head_dim;
  config.attention_softcap = kTraits.attention_softcap;
  config.logit_softcap = kTraits.logit_softcap;
  config.window = options.window == 0 ? kTraits.window : options.window;
  config.window_period = kTraits.window_period;
  config.window_rope_theta = kTraits.window_rope_theta;
  return gemma(config, kTraits);
}

// Files of transformers 5 have a dictionary of positions for each type of layer.
const Json* rope_of_layers(const Json& json, std::string_view type) {
  const Json* rope = json.find("rope_parameters");
  return rope == nullptr || rope->is_null() ? nullptr : rope->find(type);
}

Result<double> window_theta(const Json& json, double otherwise) {
  const Json* rope = rope_of_layers(json, kSlidingAttention);
  if (rope == nullptr) return number_or(json, "rope_local_base_freq", otherwise);
  GLASS_TRY_STATUS(expect_only(*rope, "rope_type", "default"));
  return rope->get_number("rope_theta");
}

template <const GemmaTraits& kTraits>
Result<DecoderConfig> gemma_from_hugging_face(const Json& json) {
  GLASS_TRY_STATUS(expect_only(json, "attention_bias", false));
  GLASS_TRY_STATUS(expect_only(json, "use_bidirectional_attention", false));
  GLASS_TRY_STATUS(expect_only(json, "hidden_activation", kActivation));
  Json flat = json;
  if (const Json* rope = rope_of_layers(json, kFullAttention)) {
    const Json everywhere = *rope;
    (*flat.if_object())["rope_parameters"] = everywhere;
  }
  GLASS_TRY(DecoderConfig config,
            llama_like_from_hugging_face(flat, {.activation = kActivation,
                                                .head_dim = kHeadDim,
                                                .rope_theta = kTraits.rope_theta,
                                                .tied_embeddings = true}));
  GLASS_TRY(config.score_width, int_or(json, "query_pre_attn_scalar", kHeadDim));
  GLASS_TRY(config.attention_softcap,
            number_unless_null(json, "attn_logit_softcapping", kTraits.attention_softcap));
  GLASS_TRY(config.logit_softcap,
            number_unless_null(json, "final_logit_softcapping", kTraits.logit_softcap));
  GLASS_TRY(const LayerWindows windows,
            layer_windows(json, config.n_layers, kTraits.window_period));
  if (windows.any) {
    GLASS_TRY(config.window, int_or(json, "sliding_window", 4096));
    config.window_period = windows.period;
    if (kTraits.window_rope_theta != 0) {
      GLASS_TRY(config.window_rope_theta, window_theta(json, kTraits.window_rope_theta));
    }
  }
  return gemma(config, kTraits);
}

Json or_null(double cap) {
  return cap == 0 ? Json(nullptr) : Json(cap);
}

Json gemma_to_hugging_face(const DecoderConfig& config, std::string_view model_type,
                           std::string_view architecture) {
  Json json = llama_like_to_hugging_face(config, model_type, architecture);
  Json::Object& members = *json.if_object();
  members["hidden_act"] = kActivation;
  members["hidden_activation"] = kActivation;
  members["attention_bias"] = false;
  members["query_pre_attn_scalar"] = config.score_width;
  members["attn_logit_softcapping"] = or_null(config.attention_softcap);
  members["final_logit_softcapping"] = or_null(config.logit_softcap);
  members["sliding_window"] = config.window == 0 ? config.context : config.window;
  members["layer_types"] = layer_types(config);
  return json;
}

Json gemma2_to_hugging_face(const DecoderConfig& config) {
  return gemma_to_hugging_face(config, "gemma2", "Gemma2ForCausalLM");
}

Json gemma3_to_hugging_face(const DecoderConfig& config) {
  Json json = gemma_to_hugging_face(config, "gemma3_text", "Gemma3ForCausalLM");
  Json::Object& members = *json.if_object();
  const double near = config.window == 0 ? kGemma3.window_rope_theta : config.window_rope_theta;
  members["rope_local_base_freq"] = near;
  if (config.window_period > 0) members["sliding_window_pattern"] = config.window_period;
  members["rope_parameters"] =
      Json::Object{{std::string(kFullAttention), rope_to_hugging_face(config)},
                   {std::string(kSlidingAttention),
                    Json::Object{{"rope_type", "default"}, {"rope_theta", near}}}};
  return json;
}

std::vector<WeightSlice> gemma_weights(const DecoderConfig& config) {
  return llama_like_weights(config, {.norm1 = "input_layernorm",
                                     .norm2 = "pre_feedforward_layernorm",
                                     .norm1_after = "post_attention_layernorm",
                                     .norm2_after = "post_feedforward_layernorm"});
}

// Scores are scaled by head_dim, in the 27B models of both generations, which are known by their
// blocks, by the share of a head in the model.
template <int64_t kBlocksOf27b>
void imply_score_width(Json::Object& config) {
  const auto value = [&](std::string_view key) { return *config.find(key)->second.if_int(); };
  const bool is_27b = value("num_hidden_layers") == kBlocksOf27b;
  const int64_t heads = std::max<int64_t>(value("num_attention_heads"), 1);  // 0 is refused later
  config["query_pre_attn_scalar"] = is_27b ? value("hidden_size") / heads : value("head_dim");
}

Status expect_tied(const DecoderConfig& config) {
  if (config.tied_embeddings) return {};
  return invalid_input("its head has weights of its own, which are not read in this architecture");
}

std::vector<GgufKey> gemma_gguf_keys(std::vector<GgufKey> further) {
  further.push_back({.key = "attention.sliding_window", .hugging_face = "sliding_window"});
  further.push_back(
      {.key = "attention.sliding_window_pattern", .hugging_face = "sliding_window_pattern"});
  further.push_back({.key = "final_logit_softcapping",
                     .kind = GgufKey::Kind::kNumber,
                     .hugging_face = "final_logit_softcapping"});
  std::vector<GgufKey> keys = llama_like_gguf_keys(std::move(further));
  for (GgufKey& key : keys) key.required = key.required || key.key == "attention.key_length";
  return keys;
}

GgufNames gemma2_gguf() {
  return {.architecture = "gemma2",
          .keys = gemma_gguf_keys({{.key = "attn_logit_softcapping",
                                    .kind = GgufKey::Kind::kNumber,
                                    .hugging_face = "attn_logit_softcapping"}}),
          .weights = llama_like_gguf_weights,
          .imply = imply_score_width<46>,
          .fits = expect_tied};
}

GgufNames gemma3_gguf() {
  return {.architecture = "gemma3",
          .keys = gemma_gguf_keys({{.key = "rope.freq_base_swa",
                                    .kind = GgufKey::Kind::kNumber,
                                    .hugging_face = "rope_local_base_freq"}}),
          .weights = llama_like_gguf_weights,
          .imply = imply_score_width<62>};
}

}  // namespace

ModelFamily gemma2_family() {
  return {.name = "gemma2",
          .model_type = "gemma2",
          .architecture = "Gemma2ForCausalLM",
          .from_options = gemma_from_options<kGemma2>,
          .from_hugging_face = gemma_from_hugging_face<kGemma2>,
          .to_hugging_face = gemma2_to_hugging_face,
          .weights = gemma_weights,
          .gguf = gemma2_gguf()};
}

ModelFamily gemma3_family() {
  return {.name = "gemma3",
          .model_type = "gemma3_text",
          .architecture = "Gemma3ForCausalLM",
          .from_options = gemma_from_options<kGemma3>,
          .from_hugging_face = gemma_from_hugging_face<kGemma3>,
          .to_hugging_face = gemma3_to_hugging_face,
          .weights = gemma_weights,
          .gguf = gemma3_gguf()};
}

}  // namespace glass::engine
