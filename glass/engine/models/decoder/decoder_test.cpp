#include "glass/engine/models/decoder/decoder.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/engine/models/decoder/config.h"
#include "glass/engine/models/family.h"

namespace glass::engine {
namespace {

ModelOptions tiny_options() {
  return {.layers = 4,
          .d_model = 256,
          .heads = 4,
          .kv_heads = 4,
          .d_ff = 704,
          .vocabulary = 4096,
          .context = 256};
}

DecoderConfig tiny_llama() {
  return model_family("llama").value()->from_options(tiny_options()).value();
}

DecoderConfig tiny_gpt2() {
  ModelOptions options = tiny_options();
  options.d_ff = 1024;
  return model_family("gpt2").value()->from_options(options).value();
}

TEST(DecoderConfig, IsReadBackFromItsJson) {
  for (const DecoderConfig& config : {tiny_llama(), tiny_gpt2()})
    EXPECT_EQ(decoder_config_from_json(to_json(config)).value(), config);
}

TEST(DecoderConfig, JsonWithUnknownOrMissingFieldsIsRefused) {
  Json unknown = to_json(tiny_llama());
  unknown.if_object()->emplace("n_towers", 8);
  EXPECT_EQ(decoder_config_from_json(unknown).error().message,
            "model: 'n_towers' is no known field");
  Json missing = to_json(tiny_llama());
  missing.if_object()->erase("d_ff");
  EXPECT_NE(decoder_config_from_json(missing).error().message.find("d_ff"), std::string::npos);
  Json other = to_json(tiny_llama());
  other.if_object()->at("norm") = "batch";
  EXPECT_NE(decoder_config_from_json(other).error().message.find("'rms', 'layer'"),
            std::string::npos);
}

using Mistakes = std::vector<std::pair<std::string, std::function<void(DecoderConfig&)>>>;

void expect_refused(const Mistakes& mistakes) {
  for (const auto& [field, make] : mistakes) {
    DecoderConfig config = tiny_llama();
    make(config);
    const Status status = validate(config);
    ASSERT_FALSE(status) << field;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(status.error().message.find(field), std::string::npos) << status.error().message;
    EXPECT_FALSE(build_loss_graph(config, {})) << field;
    EXPECT_FALSE(parameters(config)) << field;
  }
}

TEST(DecoderConfig, EveryImpossibleFieldIsNamed) {
  expect_refused(
      {{"d_model", [](DecoderConfig& c) { c.d_model = 0; }},
       {"vocabulary", [](DecoderConfig& c) { c.vocabulary = -1; }},
       {"context", [](DecoderConfig& c) { c.context = int64_t{1} << 40; }},
       {"n_kv_heads", [](DecoderConfig& c) { c.n_kv_heads = 3; }},
       {"norm_epsilon", [](DecoderConfig& c) { c.norm_epsilon = std::nan(""); }},
       {"norm_bias", [](DecoderConfig& c) { c.norm_bias = true; }},
       {"rotary_dim", [](DecoderConfig& c) { c.rotary_dim = 7; }},
       {"rotary_dim", [](DecoderConfig& c) { c.rotary_dim = c.head_dim + 2; }},
       {"rope_theta", [](DecoderConfig& c) { c.rope_theta = 0; }},
       {"n_layers", [](DecoderConfig& c) { c.n_layers = int64_t{1} << 40; }},
       {"n_heads times head_dim",
        [](DecoderConfig& c) { c.head_dim = c.n_heads = int64_t{1} << 19; }},
       {"norm_plus_one",
        [](DecoderConfig& c) {
          c.norm = nn::NormKind::kLayer;
          c.norm_plus_one = true;
        }},
       {"norm_place",
        [](DecoderConfig& c) {
          c.parallel = true;
          c.norm_place = DecoderConfig::NormPlace::kBoth;
        }},
       {"window is", [](DecoderConfig& c) { c.window = -1; }},
       {"window_period is",
        [](DecoderConfig& c) {
          c.window = 8;
          c.window_period = 1;
        }},
       {"need a window", [](DecoderConfig& c) { c.window_rope_theta = 100; }},
       {"window_rope_theta is",
        [](DecoderConfig& c) {
          c.window = 8;
          c.window_rope_theta = 0.5;
        }},
       {"score_width", [](DecoderConfig& c) { c.score_width = -1; }},
       {"attention_softcap", [](DecoderConfig& c) { c.attention_softcap = -50; }},
       {"logit_softcap", [](DecoderConfig& c) { c.logit_softcap = std::nan(""); }},
       {"rotary_dim", [](DecoderConfig& c) { c.positions = DecoderConfig::Positions::kLearned; }}});
}

TEST(DecoderConfig, EveryImpossibleFieldOfExpertsIsNamed) {
  expect_refused({{"n_experts", [](DecoderConfig& c) { c.n_experts = -1; }},
                  {"need n_experts", [](DecoderConfig& c) { c.expert_balance = 0.1; }},
                  {"experts_per_token",
                   [](DecoderConfig& c) {
                     c.n_experts = 4;
                     c.experts_per_token = 5;
                   }},
                  {"expert_balance",
                   [](DecoderConfig& c) {
                     c.n_experts = c.experts_per_token = 4;
                     c.expert_balance = -1;
                   }},
                  {"experts are gated",
                   [](DecoderConfig& c) {
                     c.n_experts = c.experts_per_token = 4;
                     c.mlp = nn::MlpKind::kGeglu;
                   }},
                  {"adapter_up", [](DecoderConfig& c) {
                     c.n_experts = c.experts_per_token = 4;
                     c.adapters = {.rank = 2, .alpha = 4, .up = true};
                   }}});
}

TEST(Decoder, RefusesBatchesThatDoNotFit) {
  EXPECT_FALSE(build_training_graph(tiny_llama(), {.sequences = 0, .positions = 8}));
  EXPECT_EQ(build_training_graph(tiny_llama(), {.sequences = 1, .positions = 257}).error().message,
            "sequences of 257 positions do not fit into 256, which is all that the model or its "
            "cache has");
  EXPECT_FALSE(build_inference_graph(tiny_llama(), {.positions = 9, .capacity = 8}));
}

TEST(Decoder, HasTheParametersOfThePaper) {
  std::vector<std::string> names;
  DecoderConfig config = tiny_llama();
  config.n_layers = 1;
  config.tied_embeddings = false;
  const auto specs = parameters(config).value();
  for (const ParameterSpec& parameter : specs)
    names.push_back(parameter.name + " " + to_text(parameter.shape));
  EXPECT_EQ(names, (std::vector<std::string>{
                       "embed.weight [4096, 256]", "blocks.0.norm1.weight [256]",
                       "blocks.0.attn.qkv.weight [768, 256]", "blocks.0.attn.out.weight [256, 256]",
                       "blocks.0.norm2.weight [256]", "blocks.0.mlp.gate_up.weight [1408, 256]",
                       "blocks.0.mlp.down.weight [256, 704]", "norm.weight [256]",
                       "head.weight [4096, 256]"}));
}

// GPT-2 small has 124,439,808 parameters: the published count of its checkpoint.
TEST(Decoder, OfGpt2SmallHas124439808Parameters) {
  const ModelOptions options = {.layers = 12,
                                .d_model = 768,
                                .heads = 12,
                                .kv_heads = 12,
                                .d_ff = 3072,
                                .vocabulary = 50257,
                                .context = 1024};
  const auto config = model_family("gpt2").value()->from_options(options).value();
  EXPECT_EQ(parameter_count(parameters(config).value()), 124439808);
}

// 6 N + 12 L C T as bench peers count it: tied head counted once, learned positions not at all.
TEST(Decoder, CountsFlopsAsPalmDoes) {
  const int64_t llama = parameter_count(parameters(tiny_llama()).value());
  EXPECT_EQ(training_flops_per_token(tiny_llama(), 256).value(),
            static_cast<double>(6 * llama + 12 * 4 * 256 * 256));
  const int64_t gpt2 = parameter_count(parameters(tiny_gpt2()).value());
  EXPECT_EQ(training_flops_per_token(tiny_gpt2(), 256).value(),
            static_cast<double>(6 * (gpt2 - 256 * 256) + 12 * 4 * 256 * 256));
  DecoderConfig untied = tiny_llama();
  untied.tied_embeddings = false;
  EXPECT_EQ(training_flops_per_token(untied, 256).value(),
            training_flops_per_token(tiny_llama(), 256).value());
}

// Gemma 3: of six layers one sees everything.
TEST(Decoder, LayersWithAWindowHaveTheirOwnPositions) {
  DecoderConfig config = tiny_llama();
  config.n_layers = 6;
  config.window = 8;
  config.window_period = 3;
  config.window_rope_theta = 1000;
  const Graph graph = build_loss_graph(config, {2, 16}).value();
  for (int layer = 0; layer < 6; ++layer) {
    const bool window = layer % 3 != 2;
    EXPECT_EQ(config.has_window(layer), window);
    const std::string block = "blocks." + std::to_string(layer);
    for (const Node& node : graph.nodes()) {
      if (node.name == block + ".attn.rope") {
        EXPECT_EQ(graph.value(node.inputs[2]).name, window ? "window_rope_table" : "rope_table");
      }
      if (node.name == block + ".attn.heads") {
        EXPECT_EQ(graph.value(node.inputs[1]).name, window ? "window" : "first_key");
      }
    }
  }
}

TEST(Decoder, ProjectionsIntoTheStreamBeginSmaller) {
  const auto specs = parameters(tiny_gpt2()).value();
  for (const ParameterSpec& parameter : specs) {
    if (parameter.shape.size() < 2) continue;
    const bool into_stream =
        parameter.name.ends_with("attn.out.weight") || parameter.name.ends_with("mlp.down.weight");
    EXPECT_EQ(parameter.init.std, into_stream ? 0.02 / std::sqrt(8.0) : 0.02) << parameter.name;
    EXPECT_TRUE(parameter.decay) << parameter.name;
  }
}

TEST(Decoder, AllItsGraphsAskForTheSameParameters) {
  for (const DecoderConfig& config : {tiny_llama(), tiny_gpt2()}) {
    const auto specs = parameters(config).value();
    for (const Graph& graph :
         {build_training_graph(config, {2, 8}, {.recompute = Recompute::kBlocks}).value(),
          build_loss_graph(config, {3, 5}).value(), build_inference_graph(config, {}).value()}) {
      const auto values = graph.values_of(ValueKind::kParameter);
      ASSERT_EQ(values.size(), specs.size()) << graph.name();
      for (size_t i = 0; i < specs.size(); ++i) {
        EXPECT_EQ(values[i]->name, specs[i].name);
        EXPECT_EQ(values[i]->shape, specs[i].shape);
      }
    }
  }
}

TEST(Decoder, GivesLogitsOfTheRowsThatAreWanted) {
  const Graph all = build_inference_graph(tiny_llama(), {.sequences = 2, .positions = 8}).value();
  EXPECT_EQ(all.find("logits")->shape, (Shape{16, 4096}));
  const Graph two =
      build_inference_graph(tiny_llama(), {.sequences = 2, .positions = 8, .rows_with_logits = 2})
          .value();
  EXPECT_EQ(two.find("logits")->shape, (Shape{2, 4096}));
  EXPECT_EQ(two.find("blocks.3.attn.cache")->shape, (Shape{2, 256, 512}));
}

TEST(Decoder, GraphIsAPureFunctionOfItsConfiguration) {
  const auto json = [](const DecoderConfig& config) {
    return to_canonical(to_json(build_training_graph(config, {2, 8}).value()));
  };
  EXPECT_EQ(json(tiny_llama()), json(tiny_llama()));
  DecoderConfig other = tiny_llama();
  other.norm_epsilon = 1e-6;
  EXPECT_NE(json(tiny_llama()), json(other));
}

}  // namespace
}  // namespace glass::engine
