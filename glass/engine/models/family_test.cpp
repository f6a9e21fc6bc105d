#include "glass/engine/models/family.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family_test_kit.h"

namespace glass::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the kit of this test

// The config.json of openai-community/gpt2, without keys that say nothing about the network.
constexpr std::string_view kGpt2 = R"({
  "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"],
  "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12,
  "n_layer": 12, "n_positions": 1024, "vocab_size": 50257})";

// The shape of TinyLlama-1.1B's.
constexpr std::string_view kLlama = R"({
  "architectures": ["LlamaForCausalLM"], "attention_bias": false, "hidden_act": "silu",
  "hidden_size": 2048, "intermediate_size": 5632, "max_position_embeddings": 2048,
  "model_type": "llama", "num_attention_heads": 32, "num_hidden_layers": 22,
  "num_key_value_heads": 4, "rms_norm_eps": 1e-05, "rope_scaling": null, "rope_theta": 10000.0,
  "tie_word_embeddings": false, "vocab_size": 32000})";

// The shapes of released models, without keys that say nothing about the network.
constexpr std::string_view kLlama32 = R"({
  "architectures": ["LlamaForCausalLM"], "attention_bias": false, "head_dim": 64,
  "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 8192,
  "max_position_embeddings": 131072, "mlp_bias": false, "model_type": "llama",
  "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8,
  "rms_norm_eps": 1e-05, "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0,
  "low_freq_factor": 1.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"},
  "rope_theta": 500000.0, "tie_word_embeddings": true, "vocab_size": 128256})";
constexpr std::string_view kMistral = R"({
  "architectures": ["MistralForCausalLM"], "hidden_act": "silu", "hidden_size": 4096,
  "intermediate_size": 14336, "max_position_embeddings": 32768, "model_type": "mistral",
  "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8,
  "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "sliding_window": 4096,
  "tie_word_embeddings": false, "vocab_size": 32000})";
constexpr std::string_view kQwen25 = R"({
  "architectures": ["Qwen2ForCausalLM"], "hidden_act": "silu", "hidden_size": 896,
  "intermediate_size": 4864, "max_position_embeddings": 32768, "max_window_layers": 24,
  "model_type": "qwen2", "num_attention_heads": 14, "num_hidden_layers": 24,
  "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
  "sliding_window": 32768, "tie_word_embeddings": true, "use_sliding_window": false,
  "vocab_size": 151936})";
constexpr std::string_view kQwen3 = R"({
  "architectures": ["Qwen3ForCausalLM"], "attention_bias": false, "head_dim": 128,
  "hidden_act": "silu", "hidden_size": 1024, "intermediate_size": 3072,
  "max_position_embeddings": 40960, "model_type": "qwen3", "num_attention_heads": 16,
  "num_hidden_layers": 28, "num_key_value_heads": 8, "rms_norm_eps": 1e-06,
  "rope_scaling": null, "rope_theta": 1000000, "sliding_window": null,
  "tie_word_embeddings": true, "use_sliding_window": false, "vocab_size": 151936})";
constexpr std::string_view kOlmo2 = R"({
  "architectures": ["Olmo2ForCausalLM"], "attention_bias": false, "hidden_act": "silu",
  "hidden_size": 2048, "intermediate_size": 8192, "max_position_embeddings": 4096,
  "model_type": "olmo2", "num_attention_heads": 16, "num_hidden_layers": 16,
  "num_key_value_heads": 16, "rms_norm_eps": 1e-06, "rope_scaling": null,
  "rope_theta": 500000, "tie_word_embeddings": false, "vocab_size": 100352})";
constexpr std::string_view kPythia = R"({
  "architectures": ["GPTNeoXForCausalLM"], "hidden_act": "gelu", "hidden_size": 768,
  "intermediate_size": 3072, "layer_norm_eps": 1e-05, "max_position_embeddings": 2048,
  "model_type": "gpt_neox", "num_attention_heads": 12, "num_hidden_layers": 12,
  "rotary_emb_base": 10000, "rotary_pct": 0.25, "tie_word_embeddings": false,
  "use_parallel_residual": true, "vocab_size": 50304})";

TEST(Family, IsFoundByItsName) {
  EXPECT_EQ(model_family("llama").value()->name, "llama");
  EXPECT_EQ(model_family("gpt2").value()->architecture, "GPT2LMHeadModel");
  EXPECT_EQ(model_family("lama").error().message,
            "model family 'lama' is unknown; there are 'gemma2', 'gemma3', 'gpt2', 'llama', "
            "'mistral', 'mixtral', 'neox', 'olmo2', 'olmoe', 'qwen2', 'qwen3', 'qwen3_moe'");
}

TEST(Family, IsFoundByTheModelTypeOfAConfigJson) {
  EXPECT_EQ(hugging_face_family(parse_json(kGpt2).value()).value()->name, "gpt2");
  EXPECT_FALSE(hugging_face_family(with(kGpt2, "model_type", "mamba")));
  EXPECT_FALSE(hugging_face_family(Json::Object{}));
}

TEST(Gpt2, ReadsAHuggingFaceConfig) {
  const DecoderConfig config =
      model_family("gpt2").value()->from_hugging_face(parse_json(kGpt2).value()).value();
  EXPECT_EQ(config.d_ff, 3072);
  EXPECT_EQ(config.head_dim, 64);
  EXPECT_EQ(config.mlp, nn::MlpKind::kGeluTanh);
  EXPECT_EQ(config.positions, DecoderConfig::Positions::kLearned);
  EXPECT_TRUE(config.tied_embeddings && config.qkv_bias && config.norm_bias);
}

TEST(Llama, ReadsAHuggingFaceConfig) {
  const DecoderConfig config =
      model_family("llama").value()->from_hugging_face(parse_json(kLlama).value()).value();
  EXPECT_EQ(config.n_kv_heads, 4);
  EXPECT_EQ(config.head_dim, 64);
  EXPECT_EQ(config.rotary_dim, 64);
  EXPECT_FALSE(config.tied_embeddings || config.qkv_bias || config.rope_interleaved);
}

TEST(Llama, ReadsBothFormsOfRope) {
  const ModelFamily& llama = *model_family("llama").value();
  const Json modern = with(kLlama, "rope_parameters",
                           Json::Object{{"rope_type", "default"}, {"rope_theta", 500000.0}});
  EXPECT_EQ(llama.from_hugging_face(modern).value().rope_theta, 500000.0);
  EXPECT_EQ(llama.from_hugging_face(with(kLlama, "rope_theta", 20000)).value().rope_theta, 20000.0);
  EXPECT_FALSE(llama.from_hugging_face(
      with(kLlama, "rope_scaling", Json::Object{{"rope_type", "yarn"}, {"factor", 4.0}})));
  EXPECT_FALSE(llama.from_hugging_face(
      with(kLlama, "rope_parameters", Json::Object{{"full_attention", Json::Object()}})));
  EXPECT_FALSE(llama.from_hugging_face(
      with(kLlama, "rope_parameters", Json::Object{{"rope_type", "llama3"}})));
}

TEST(Llama, ReadsScaledFrequencies) {
  const RopeScaling llama3 = {.kind = RopeScaling::Kind::kLlama3,
                              .factor = 32,
                              .low_frequency = 1,
                              .high_frequency = 4,
                              .context = 8192};
  EXPECT_EQ(decoder_of(kLlama32).rope_scaling, llama3);
  const Json linear =
      with(kLlama, "rope_scaling", Json::Object{{"type", "linear"}, {"factor", 2.0}});
  const DecoderConfig config = model_family("llama").value()->from_hugging_face(linear).value();
  EXPECT_EQ(config.rope_scaling.kind, RopeScaling::Kind::kLinear);
  EXPECT_EQ(config.rope_scaling.factor, 2);
}

// What sets each family apart from Llama, and how many parameters its model card tells.
TEST(Family, HasItsTraitsAndItsSize) {
  const auto count = [](std::string_view text) {
    return parameter_count(parameters(decoder_of(text)).value());
  };
  EXPECT_EQ(decoder_of(kMistral).window, 4096);
  EXPECT_EQ(count(kMistral), 7'241'732'096);
  EXPECT_TRUE(decoder_of(kQwen25).qkv_bias && !decoder_of(kQwen25).out_bias);
  EXPECT_EQ(decoder_of(kQwen25).window, 0);
  EXPECT_EQ(count(kQwen25), 494'032'768);
  EXPECT_EQ(decoder_of(kQwen3).qk_norm, nn::QkNorm::kHeads);
  EXPECT_EQ(count(kQwen3), 596'049'920);
  EXPECT_EQ(decoder_of(kOlmo2).qk_norm, nn::QkNorm::kWhole);
  EXPECT_EQ(decoder_of(kOlmo2).norm_place, DecoderConfig::NormPlace::kAfter);
  EXPECT_EQ(count(kOlmo2), 1'484'916'736);
  EXPECT_TRUE(decoder_of(kPythia).parallel);
  EXPECT_EQ(decoder_of(kPythia).rotary_dim, 16);
  EXPECT_EQ(count(kPythia), 162'322'944);
  EXPECT_EQ(count(kLlama32), 1'235'814'400);
}

TEST(Family, RefusesWhatItCannotExpress) {
  const ModelFamily& llama = *model_family("llama").value();
  const ModelFamily& gpt2 = *model_family("gpt2").value();
  EXPECT_EQ(llama.from_hugging_face(with(kLlama, "hidden_act", "gelu")).error().message,
            R"(config.json: hidden_act is "gelu"; only "silu" is supported)");
  EXPECT_FALSE(llama.from_hugging_face(with(kLlama, "attention_bias", true)));
  EXPECT_FALSE(llama.from_hugging_face(with(kLlama, "num_key_value_heads", 5)));
  EXPECT_FALSE(llama.from_hugging_face(with(kLlama, "hidden_size", "wide")));
  EXPECT_FALSE(gpt2.from_hugging_face(with(kGpt2, "activation_function", "relu")));
  EXPECT_FALSE(gpt2.from_hugging_face(with(kGpt2, "n_head", 7)));

  const ModelOptions shared = {.layers = 2,
                               .d_model = 64,
                               .heads = 4,
                               .kv_heads = 2,
                               .d_ff = 128,
                               .vocabulary = 300,
                               .context = 64};
  EXPECT_TRUE(llama.from_options(shared));
  ModelOptions near = shared;
  near.window = 8;
  EXPECT_NE(llama.from_options(near).error().message.find("window (8) must be 0"),
            std::string::npos);
  for (const char* name : {"gemma2", "gemma3", "mistral"})
    EXPECT_EQ(model_family(name).value()->from_options(near).value().window, 8);
  EXPECT_NE(gpt2.from_options(shared).error().message.find("kv_heads (2)"), std::string::npos);
}

TEST(Family, WritesAConfigThatItReadsBack) {
  for (const std::string_view text :
       {kGpt2, kLlama, kLlama32, kMistral, kQwen25, kQwen3, kOlmo2, kPythia}) {
    const Json json = parse_json(text).value();
    const ModelFamily& family = *hugging_face_family(json).value();
    const DecoderConfig config = family.from_hugging_face(json).value();
    const Json written = family.to_hugging_face(config);
    EXPECT_EQ(hugging_face_family(written).value(), &family);
    EXPECT_EQ(family.from_hugging_face(written).value(), config) << family.name;
  }
}

}  // namespace
}  // namespace glass::engine
