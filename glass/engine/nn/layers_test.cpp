#include "glass/engine/nn/layers.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/engine/graph/graph.h"

namespace glass::engine::nn {
namespace {

std::vector<std::string> names(const Net& net) {
  std::vector<std::string> found;
  for (const ParameterSpec& parameter : net.parameters()) found.push_back(parameter.name);
  return found;
}

std::vector<std::string> ops(const Graph& graph) {
  std::vector<std::string> found;
  for (const Node& node : graph.nodes()) found.push_back(node.op);
  return found;
}

TEST(Layers, LinearNamesItsParametersAfterItself) {
  Net net("test");
  const auto scope = net.scope("blocks.3", 3);
  const ValueId x = net.graph().input("x", DType::kF32, {5, 8});
  linear(net, "mlp.up", x, 12, {.std = 0.5, .bias = true});
  const std::vector<ParameterSpec> expected = {
      {.name = "blocks.3.mlp.up.weight",
       .shape = {12, 8},
       .init = Init::normal(0.5),
       .decay = true},
      {.name = "blocks.3.mlp.up.bias", .shape = {12}, .init = Init::zeros(), .decay = false}};
  EXPECT_EQ(net.parameters(), expected);
  const Graph graph = net.graph().build().value();
  EXPECT_EQ(graph.find("blocks.3.mlp.up")->shape, (Shape{5, 12}));
  EXPECT_EQ(graph.nodes().front().block, 3);
}

TEST(Layers, NormsBeginWithOnesAndDoNotDecay) {
  Net net("test");
  const ValueId x = net.graph().input("x", DType::kF32, {5, 8});
  norm(net, "a", x, {.kind = NormKind::kRms});
  norm(net, "b", x, {.kind = NormKind::kLayer, .bias = true});
  EXPECT_EQ(names(net), (std::vector<std::string>{"a.weight", "b.weight", "b.bias"}));
  EXPECT_EQ(net.parameters()[0].init, Init::ones());
  EXPECT_FALSE(net.parameters()[0].decay);
}

TEST(Layers, WeightsThatCountFromOneBeginWithZeros) {
  Net net("test");
  const ValueId x = net.graph().input("x", DType::kF32, {5, 8});
  norm(net, "a", x, {.kind = NormKind::kRms, .plus_one = true});
  EXPECT_EQ(names(net), (std::vector<std::string>{"a.weight"}));
  EXPECT_EQ(net.parameters()[0].init, Init::zeros());
  const Graph built = net.graph().build().value();
  EXPECT_EQ(ops(built), (std::vector<std::string>{"affine", "rms_norm"}));
  EXPECT_EQ(built.find("a.gamma")->shape, (Shape{8}));
}

TEST(Layers, SelfAttentionTurnsMixesAndAdds) {
  Net net("test");
  GraphBuilder& graph = net.graph();
  const ValueId x = graph.input("x", DType::kF32, {6, 8});
  SelfAttentionOptions options = {.heads = {.query = 4, .key = 2, .head_dim = 4, .scale = 0.5},
                                  .rope_table = rope_table(graph, "table", 16, 4, 10000),
                                  .position_N = graph.input("positions", DType::kI32, {6}),
                                  .first_key_BT = graph.input("first_key", DType::kI32, {2, 3})};
  self_attention(net, "attn", x, x, options);
  const Graph built = graph.build().value();
  EXPECT_EQ(ops(built),
            (std::vector<std::string>{"rope_table", "linear", "rope", "attention", "linear"}));
  EXPECT_EQ(built.find("attn.qkv.weight")->shape, (Shape{32, 8}));
  EXPECT_EQ(built.find("attn.out.weight")->shape, (Shape{8, 16}));
  EXPECT_EQ(built.nodes().back().inputs[3], x);
}

TEST(Layers, SelfAttentionWithACacheAppendsToIt) {
  Net net("test");
  GraphBuilder& graph = net.graph();
  const ValueId x = graph.input("x", DType::kF32, {6, 8});
  SelfAttentionOptions options = {.heads = {.query = 4, .key = 2, .head_dim = 4, .scale = 0.5},
                                  .first_key_BT = graph.input("first_key", DType::kI32, {2, 3}),
                                  .cache_BPW = graph.input("cache", DType::kF32, {2, 16, 16}),
                                  .length_B = graph.input("length", DType::kI32, {2})};
  self_attention(net, "attn", x, x, options);
  const Graph built = graph.build().value();
  EXPECT_EQ(ops(built),
            (std::vector<std::string>{"linear", "cache_write", "cached_attention", "linear"}));
}

TEST(Layers, MlpIsGatedOrNot) {
  Net gated("gated"), plain("plain");
  const ValueId x = gated.graph().input("x", DType::kF32, {6, 8});
  mlp(gated, "mlp", x, x, {.kind = MlpKind::kSwiglu, .hidden_width = 10});
  const ValueId y = plain.graph().input("x", DType::kF32, {6, 8});
  mlp(plain, "mlp", y, y, {.kind = MlpKind::kGeluErf, .hidden_width = 10});
  const Graph of_gated = gated.graph().build().value();
  EXPECT_EQ(of_gated.find("mlp.gate_up")->shape, (Shape{6, 20}));
  EXPECT_EQ(ops(of_gated), (std::vector<std::string>{"linear", "swiglu", "linear"}));
  Net geglu("geglu");
  const ValueId z = geglu.graph().input("x", DType::kF32, {6, 8});
  mlp(geglu, "mlp", z, z, {.kind = MlpKind::kGeglu, .hidden_width = 10});
  EXPECT_EQ(ops(geglu.graph().build().value()),
            (std::vector<std::string>{"linear", "geglu", "linear"}));
  const Graph built = plain.graph().build().value();
  EXPECT_EQ(built.find("mlp.up")->shape, (Shape{6, 10}));
  EXPECT_EQ(built.nodes()[1].string_attribute("kind"), "erf");
}

}  // namespace
}  // namespace glass::engine::nn
