// The families that are mixtures of experts.
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"
#include "glass/engine/models/family_test_kit.h"

namespace glass::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the kit of this test

// Of Mixtral-8x7B-v0.1, OLMoE-1B-7B-0924 and Qwen3-30B-A3B, without keys that say nothing about the
// network.
constexpr std::string_view kMixtral = R"({
  "architectures": ["MixtralForCausalLM"], "hidden_act": "silu", "hidden_size": 4096,
  "intermediate_size": 14336, "max_position_embeddings": 32768, "model_type": "mixtral",
  "num_attention_heads": 32, "num_experts_per_tok": 2, "num_hidden_layers": 32,
  "num_key_value_heads": 8, "num_local_experts": 8, "output_router_logits": false,
  "rms_norm_eps": 1e-05, "rope_theta": 1000000.0, "router_aux_loss_coef": 0.02,
  "sliding_window": null, "tie_word_embeddings": false, "vocab_size": 32000})";
constexpr std::string_view kOlmoe = R"({
  "architectures": ["OlmoeForCausalLM"], "attention_bias": false, "clip_qkv": null,
  "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 1024,
  "max_position_embeddings": 4096, "model_type": "olmoe", "norm_topk_prob": false,
  "num_attention_heads": 16, "num_experts": 64, "num_experts_per_tok": 8,
  "num_hidden_layers": 16, "num_key_value_heads": 16, "output_router_logits": false,
  "rms_norm_eps": 1e-05, "rope_scaling": null, "rope_theta": 10000.0,
  "router_aux_loss_coef": 0.01, "tie_word_embeddings": false, "vocab_size": 50304})";
constexpr std::string_view kQwen3Moe = R"({
  "architectures": ["Qwen3MoeForCausalLM"], "attention_bias": false, "decoder_sparse_step": 1,
  "head_dim": 128, "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 6144,
  "max_position_embeddings": 40960, "mlp_only_layers": [], "model_type": "qwen3_moe",
  "moe_intermediate_size": 768, "norm_topk_prob": true, "num_attention_heads": 32,
  "num_experts": 128, "num_experts_per_tok": 8, "num_hidden_layers": 48,
  "num_key_value_heads": 4, "output_router_logits": false, "rms_norm_eps": 1e-06,
  "rope_scaling": null, "rope_theta": 1000000.0, "router_aux_loss_coef": 0.001,
  "sliding_window": null, "tie_word_embeddings": false, "use_sliding_window": false,
  "vocab_size": 151936})";

// How many parameters the model cards tell; the active ones in billions, as their names do.
TEST(Experts, HaveTheirSizesAndWriteAConfigThatTheyReadBack) {
  for (const auto& [text, total, active] : {std::tuple(kMixtral, int64_t{46'702'792'704}, 12.9),
                                            std::tuple(kOlmoe, int64_t{6'919'161'856}, 1.3),
                                            std::tuple(kQwen3Moe, int64_t{30'532'122'624}, 3.3)}) {
    const DecoderConfig config = decoder_of(text);
    const auto specs = parameters(config).value();
    EXPECT_EQ(parameter_count(specs), total);
    EXPECT_NEAR(static_cast<double>(active_parameter_count(config, specs)) / 1e9, active, 0.06);
    const ModelFamily& family = *hugging_face_family(parse_json(text).value()).value();
    const Json written = family.to_hugging_face(config);
    EXPECT_EQ(hugging_face_family(written).value(), &family);
    EXPECT_EQ(family.from_hugging_face(written).value(), config) << family.name;
  }
}

TEST(Experts, AreWeighedAsEachFamilyDoes) {
  const DecoderConfig mixtral = decoder_of(kMixtral), olmoe = decoder_of(kOlmoe),
                      qwen3 = decoder_of(kQwen3Moe);
  EXPECT_TRUE(mixtral.normalize_experts && !olmoe.normalize_experts && qwen3.normalize_experts);
  EXPECT_EQ(mixtral.qk_norm, nn::QkNorm::kNone);
  EXPECT_EQ(olmoe.qk_norm, nn::QkNorm::kWhole);
  EXPECT_EQ(qwen3.qk_norm, nn::QkNorm::kHeads);
  EXPECT_EQ(qwen3.d_ff, 768);
  EXPECT_EQ(olmoe.expert_balance, 0.01);
}

// 6 times the parameters that a token passes, and attention.
TEST(Experts, CostWhatTheActiveOnesCost) {
  const DecoderConfig olmoe = decoder_of(kOlmoe);
  const auto specs = parameters(olmoe).value();
  const int64_t multiplied = active_parameter_count(olmoe, specs) - 50304 * 2048;
  EXPECT_EQ(training_flops_per_token(olmoe, 100).value(),
            static_cast<double>(6 * multiplied + 12 * 16 * 2048 * 100));
}

TEST(Experts, RefuseWhatTheyCannotExpress) {
  const auto refused = [](std::string_view text, const std::string& key, Json value) {
    const Json json = with(text, key, std::move(value));
    return !hugging_face_family(json).value()->from_hugging_face(json);
  };
  EXPECT_TRUE(refused(kMixtral, "sliding_window", 4096));
  EXPECT_TRUE(refused(kMixtral, "router_jitter_noise", 0.1));
  EXPECT_TRUE(refused(kMixtral, "num_experts_per_tok", 9));
  EXPECT_TRUE(refused(kOlmoe, "clip_qkv", 8.0));
  EXPECT_TRUE(refused(kQwen3Moe, "decoder_sparse_step", 2));
  EXPECT_TRUE(refused(kQwen3Moe, "mlp_only_layers", Json::Array{0}));
  EXPECT_FALSE(refused(kQwen3Moe, "rope_theta", 10000.0));

  const ModelOptions dense = {.layers = 1,
                              .d_model = 16,
                              .heads = 2,
                              .kv_heads = 2,
                              .d_ff = 12,
                              .vocabulary = 11,
                              .context = 16};
  ModelOptions sparse = dense;
  sparse.experts = 4;
  sparse.experts_per_token = 2;
  for (const ModelFamily& family : model_families()) {
    const bool of_experts =
        family.name == "mixtral" || family.name == "olmoe" || family.name == "qwen3_moe";
    EXPECT_EQ(family.from_options(dense).has_value(), !of_experts) << family.name;
    EXPECT_EQ(family.from_options(sparse).has_value(), of_experts) << family.name;
  }
  sparse.experts_per_token = 5;
  EXPECT_NE(model_family("olmoe").value()->from_options(sparse).error().message.find("(5)"),
            std::string::npos);
}

}  // namespace
}  // namespace glass::engine
