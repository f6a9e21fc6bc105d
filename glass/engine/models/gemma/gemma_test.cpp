#include "glass/engine/models/gemma/gemma.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"
#include "glass/engine/models/family_test_kit.h"

namespace glass::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the kit of this test

// Of gemma-2-2b and gemma-3-1b, without keys that say nothing about the network.
constexpr std::string_view kGemma2 = R"({
  "architectures": ["Gemma2ForCausalLM"], "attention_bias": false, "attn_logit_softcapping": 50.0,
  "final_logit_softcapping": 30.0, "head_dim": 256, "hidden_act": "gelu_pytorch_tanh",
  "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 2304, "intermediate_size": 9216,
  "max_position_embeddings": 8192, "model_type": "gemma2", "num_attention_heads": 8,
  "num_hidden_layers": 26, "num_key_value_heads": 4, "query_pre_attn_scalar": 256,
  "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "sliding_window": 4096, "vocab_size": 256000})";
constexpr std::string_view kGemma3 = R"({
  "architectures": ["Gemma3ForCausalLM"], "attention_bias": false, "attn_logit_softcapping": null,
  "final_logit_softcapping": null, "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
  "hidden_size": 1152, "intermediate_size": 6912, "max_position_embeddings": 32768,
  "model_type": "gemma3_text", "num_attention_heads": 4, "num_hidden_layers": 26,
  "num_key_value_heads": 1, "query_pre_attn_scalar": 256, "rms_norm_eps": 1e-06,
  "rope_local_base_freq": 10000, "rope_scaling": null, "rope_theta": 1000000,
  "sliding_window": 512, "sliding_window_pattern": 6, "vocab_size": 262144})";

// How many parameters the model cards tell.
TEST(Gemma, HasItsSizeAndWritesAConfigThatItReadsBack) {
  for (const auto& [text, parameters] :
       {std::pair(kGemma2, int64_t{2'614'341'888}), std::pair(kGemma3, int64_t{999'885'952})}) {
    const DecoderConfig config = decoder_of(text);
    EXPECT_EQ(parameter_count(engine::parameters(config).value()), parameters);
    const ModelFamily& family = *hugging_face_family(parse_json(text).value()).value();
    const Json written = family.to_hugging_face(config);
    EXPECT_EQ(hugging_face_family(written).value(), &family);
    EXPECT_EQ(family.from_hugging_face(written).value(), config) << family.name;
  }
}

TEST(Gemma, CapsNormsAndMixesNearAndFarLayers) {
  const DecoderConfig two = decoder_of(kGemma2), three = decoder_of(kGemma3);
  for (const DecoderConfig& config : {two, three}) {
    EXPECT_EQ(config.norm_place, DecoderConfig::NormPlace::kBoth);
    EXPECT_EQ(config.mlp, nn::MlpKind::kGeglu);
    EXPECT_TRUE(config.norm_plus_one && config.scaled_embeddings && config.tied_embeddings);
  }
  EXPECT_EQ(two.attention_softcap, 50);
  EXPECT_EQ(two.logit_softcap, 30);
  EXPECT_EQ(two.qk_norm, nn::QkNorm::kNone);
  EXPECT_TRUE(two.window == 4096 && two.has_window(0) && !two.has_window(1));
  EXPECT_EQ(two.window_rope_theta, 0);
  EXPECT_EQ(three.attention_softcap + three.logit_softcap, 0);
  EXPECT_EQ(three.qk_norm, nn::QkNorm::kHeads);
  EXPECT_TRUE(three.window == 512 && three.has_window(4) && !three.has_window(5));
  EXPECT_EQ(three.rope_theta, 1'000'000);
  EXPECT_EQ(three.window_rope_theta, 10'000);
  // 27B: the scalar is not the width of a head.
  EXPECT_EQ(model_family("gemma2")
                .value()
                ->from_hugging_face(with(kGemma2, "query_pre_attn_scalar", 144))
                .value()
                .score_width,
            144);
}

TEST(Gemma, ReadsTheFormsOfBothVersionsOfTransformers) {
  const ModelFamily& gemma3 = *model_family("gemma3").value();
  const Json linear = Json::Object{{"rope_type", "linear"}, {"factor", 8.0}};
  const DecoderConfig old = gemma3.from_hugging_face(with(kGemma3, "rope_scaling", linear)).value();
  EXPECT_EQ(old.rope_scaling.factor, 8);
  Json modern = with(
      kGemma3, "rope_parameters",
      Json::Object{
          {"full_attention",
           Json::Object{{"rope_type", "linear"}, {"factor", 8.0}, {"rope_theta", 1000000.0}}},
          {"sliding_attention", Json::Object{{"rope_type", "default"}, {"rope_theta", 10000.0}}}});
  for (const char* key : {"rope_theta", "rope_local_base_freq", "rope_scaling"})
    modern.if_object()->erase(key);
  EXPECT_EQ(gemma3.from_hugging_face(modern).value(), old);
}

TEST(Gemma, ReadsListsOfLayerTypes) {
  const ModelFamily& gemma2 = *model_family("gemma2").value();
  const auto read = [&](const std::vector<bool>& full) {
    Json json = with(kGemma2, "num_hidden_layers", static_cast<int64_t>(full.size()));
    Json::Array types;
    for (const bool sees_all : full)
      types.push_back(sees_all ? "full_attention" : "sliding_attention");
    (*json.if_object())["layer_types"] = types;
    return gemma2.from_hugging_face(json);
  };
  EXPECT_EQ(read({false, true, false, true}).value().window_period, 2);
  EXPECT_EQ(read({false, false, true, false}).value().window_period, 3);
  EXPECT_EQ(read({false, false, false}).value().window_period, 0);
  EXPECT_EQ(read({true, true, true}).value().window, 0);
  EXPECT_NE(read({true, false, true}).error().message.find("layer_types is"), std::string::npos);
  EXPECT_FALSE(
      gemma2.from_hugging_face(with(kGemma2, "layer_types", Json::Array{"full_attention"})));
}

TEST(Gemma, RefusesWhatItCannotExpress) {
  EXPECT_FALSE(hugging_face_family(with(kGemma3, "model_type", "gemma3")));
  const ModelFamily& gemma2 = *model_family("gemma2").value();
  EXPECT_FALSE(gemma2.from_hugging_face(with(kGemma2, "hidden_activation", "gelu")));
  EXPECT_FALSE(gemma2.from_hugging_face(with(kGemma2, "use_bidirectional_attention", true)));
}

}  // namespace
}  // namespace glass::engine
