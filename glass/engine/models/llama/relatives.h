// What Llama and its relatives (Mistral, Qwen, OLMo) have in common: RMSNorm, RoPE by halves of a
// head, SwiGLU, the keys of their config.json and the names of their weights.
#pragma once

#include <string_view>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"
#include "glass/engine/models/weight_slice.h"

namespace glass::engine {

// Not yet validated: the family adds what sets it apart. `head_dim` 0: d_model / heads.
[[nodiscard]] Result<DecoderConfig> llama_like_from_options(const ModelOptions& options,
                                                            int64_t head_dim = 0);

// What a config.json means by saying nothing, and the activation that it may name.
struct LlamaLikeDefaults {
  std::string_view activation = "silu";
  int64_t head_dim = 0;  // 0: d_model / heads
  double rope_theta = 10000.0;
  bool tied_embeddings = false;
};

[[nodiscard]] Result<DecoderConfig> llama_like_from_hugging_face(
    const Json& config, const LlamaLikeDefaults& defaults = {});
// The rope_parameters of transformers 5.
Json rope_to_hugging_face(const DecoderConfig& config);
Json llama_like_to_hugging_face(const DecoderConfig& config, std::string_view model_type,
                                std::string_view architecture);

// Where the norms of a block lie there; those after a branch only where there are two.
struct NormNames {
  std::string_view norm1 = "input_layernorm";
  std::string_view norm2 = "post_attention_layernorm";
  std::string_view norm1_after = "";
  std::string_view norm2_after = "";
};

// Where the experts of a block lie there: ROUTER.weight, and EXPERTS.3.GATE.weight and so on.
struct ExpertNames {
  std::string_view router = "mlp.gate";
  std::string_view experts = "mlp.experts";
  std::string_view gate = "gate_proj";
  std::string_view up = "up_proj";
  std::string_view down = "down_proj";
};

std::vector<WeightSlice> llama_like_weights(const DecoderConfig& config, const NormNames& norms,
                                            const ExpertNames& experts = {});

// The experts of a family that has them, for what `options` or config.json say.
void add_experts(DecoderConfig& config, const ModelOptions& options);

}  // namespace glass::engine
