#include "glass/engine/models/family.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/base/json.h"

namespace glass::engine {
namespace {

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

Json with(std::string_view text, const std::string& key, Json value) {
  Json json = parse_json(text).value();
  (*json.if_object())[key] = std::move(value);
  return json;
}

TEST(Family, IsFoundByItsName) {
  EXPECT_EQ(model_family("llama").value()->name, "llama");
  EXPECT_EQ(model_family("gpt2").value()->architecture, "GPT2LMHeadModel");
  EXPECT_EQ(model_family("lama").error().message,
            "model family 'lama' is unknown; there are 'gpt2', 'llama'");
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
      with(kLlama, "rope_parameters", Json::Object{{"rope_type", "llama3"}})));
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
  EXPECT_NE(gpt2.from_options(shared).error().message.find("kv_heads (2)"), std::string::npos);
}

TEST(Family, WritesAConfigThatItReadsBack) {
  for (const std::string_view text : {kGpt2, kLlama}) {
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
