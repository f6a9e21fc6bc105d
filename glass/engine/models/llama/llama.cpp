#include "glass/engine/models/llama/llama.h"

#include <cstdint>
#include <string>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/engine/models/hugging_face.h"

namespace glass::engine {
namespace {

Result<DecoderConfig> llama(const ModelOptions& options, int64_t head_dim) {
  const DecoderConfig config = {.d_model = options.d_model,
                                .n_layers = options.layers,
                                .n_heads = options.heads,
                                .n_kv_heads = options.kv_heads,
                                .head_dim = head_dim,
                                .d_ff = options.d_ff,
                                .vocabulary = options.vocabulary,
                                .context = options.context,
                                .norm = nn::NormKind::kRms,
                                .norm_epsilon = options.norm_epsilon,
                                .positions = DecoderConfig::Positions::kRope,
                                .rope_theta = options.rope_theta,
                                .rotary_dim = head_dim,
                                .mlp = nn::MlpKind::kSwiglu,
                                .tied_embeddings = options.tied_embeddings};
  GLASS_TRY_STATUS(validate(config));
  return config;
}

Result<int64_t> equal_head_dim(int64_t d_model, int64_t heads) {
  if (heads < 1 || d_model % heads != 0)
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("d_model ({}) must be a multiple of the number of heads ({})", d_model, heads));
  return d_model / heads;
}

Result<DecoderConfig> llama_from_options(const ModelOptions& options) {
  GLASS_TRY(const int64_t head_dim, equal_head_dim(options.d_model, options.heads));
  return llama(options, head_dim);
}

// Old files say rope_theta and rope_scaling, new ones rope_parameters.
Result<double> rope_theta_of(const Json& config) {
  const Json* parameters = config.find("rope_parameters");
  if (parameters == nullptr || parameters->is_null()) {
    GLASS_TRY_STATUS(expect_only(config, "rope_scaling", nullptr));
    return number_or(config, "rope_theta", 10000.0);
  }
  GLASS_TRY_STATUS(expect_only(*parameters, "rope_type", "default"));
  return number_or(*parameters, "rope_theta", 10000.0);
}

Result<DecoderConfig> llama_from_hugging_face(const Json& config) {
  GLASS_TRY_STATUS(expect_only(config, "hidden_act", "silu"));
  GLASS_TRY_STATUS(expect_only(config, "attention_bias", false));
  GLASS_TRY_STATUS(expect_only(config, "mlp_bias", false));
  ModelOptions options;
  GLASS_TRY(options.layers, config.get_int("num_hidden_layers"));
  GLASS_TRY(options.d_model, config.get_int("hidden_size"));
  GLASS_TRY(options.heads, config.get_int("num_attention_heads"));
  GLASS_TRY(options.kv_heads, int_or(config, "num_key_value_heads", options.heads));
  GLASS_TRY(options.d_ff, config.get_int("intermediate_size"));
  GLASS_TRY(options.vocabulary, config.get_int("vocab_size"));
  GLASS_TRY(options.context, config.get_int("max_position_embeddings"));
  GLASS_TRY(options.norm_epsilon, number_or(config, "rms_norm_eps", 1e-6));
  GLASS_TRY(options.rope_theta, rope_theta_of(config));
  GLASS_TRY(options.tied_embeddings, bool_or(config, "tie_word_embeddings", false));
  GLASS_TRY(int64_t head_dim, int_or(config, "head_dim", 0));
  if (head_dim == 0) {
    GLASS_TRY(head_dim, equal_head_dim(options.d_model, options.heads));
  }
  return llama(options, head_dim);
}

Json llama_to_hugging_face(const DecoderConfig& config) {
  return Json::Object{{"model_type", "llama"},
                      {"architectures", Json::Array{"LlamaForCausalLM"}},
                      {"num_hidden_layers", config.n_layers},
                      {"hidden_size", config.d_model},
                      {"num_attention_heads", config.n_heads},
                      {"num_key_value_heads", config.n_kv_heads},
                      {"head_dim", config.head_dim},
                      {"intermediate_size", config.d_ff},
                      {"vocab_size", config.vocabulary},
                      {"max_position_embeddings", config.context},
                      {"rms_norm_eps", config.norm_epsilon},
                      {"rope_theta", config.rope_theta},
                      {"hidden_act", "silu"},
                      {"attention_bias", false},
                      {"mlp_bias", false},
                      {"tie_word_embeddings", config.tied_embeddings},
                      {"torch_dtype", "float32"}};
}

}  // namespace

ModelFamily llama_family() {
  return {.name = "llama",
          .model_type = "llama",
          .architecture = "LlamaForCausalLM",
          .from_options = llama_from_options,
          .from_hugging_face = llama_from_hugging_face,
          .to_hugging_face = llama_to_hugging_face};
}

}  // namespace glass::engine
