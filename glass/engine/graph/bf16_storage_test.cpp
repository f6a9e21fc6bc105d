// What the graph of class portable-1-bf16 stores, and that its backward pass reads nothing else.
#include "glass/engine/graph/bf16_storage.h"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/engine/graph/backward.h"
#include "glass/engine/graph/operations.h"

namespace glass::engine {
namespace {

// tokens -> embed -> two blocks of attention and MLP -> norm -> loss, tied.
Graph decoder() {
  GraphBuilder graph("decoder");
  const ValueId tokens = graph.input("tokens", DType::kI32, {6});
  const ValueId targets = graph.input("targets", DType::kI32, {6});
  const ValueId first_key = graph.input("first_key", DType::kI32, {2, 3});
  const ValueId table = graph.parameter("embed.weight", {7, 4});
  ValueId x = embedding(graph, "embed", tokens, table);
  for (int i = 0; i < 2; ++i) {
    const auto scope = graph.scope("blocks." + std::to_string(i), i);
    const auto norm = [&](const std::string& name, ValueId of) {
      return rms_norm(graph, name, of, graph.parameter(name + ".weight", {4}), 1e-5);
    };
    const Heads heads = {.query = 2, .key = 1, .head_dim = 2, .scale = 0.7};
    const ValueId qkv =
        linear(graph, "qkv", norm("norm1", x), graph.parameter("qkv.weight", {8, 4}));
    const ValueId mixed = attention(graph, "heads", qkv, first_key, heads);
    x = linear(graph, "out", mixed, graph.parameter("out.weight", {4, 4}), {.residual_NM = x});
    const ValueId wide =
        linear(graph, "gate_up", norm("norm2", x), graph.parameter("gate_up.weight", {6, 4}));
    x = linear(graph, "down", swiglu(graph, "hidden", wide), graph.parameter("down.weight", {4, 3}),
               {.residual_NM = x});
  }
  x = rms_norm(graph, "norm", x, graph.parameter("norm.weight", {4}), 1e-5);
  graph.mark_output(linear_cross_entropy(graph, "loss", x, table, targets));
  return graph.build().value();
}

std::set<std::string> stored_in(const Graph& graph) {
  std::set<std::string> names;
  for (const Value& value : graph.values()) {
    if (value.dtype == DType::kBF16) names.insert(value.name);
  }
  return names;
}

TEST(Bf16Storage, StoresWhatTheBackwardPassReadsButTheStream) {
  const Graph graph = store_in_bf16(decoder()).value();
  std::set<std::string> expected;
  for (const std::string block : {"blocks.0.", "blocks.1."}) {
    for (const std::string name : {"norm1", "qkv", "heads", "norm2", "gate_up", "hidden"})
      expected.insert(block + name + ".rounded.bf16");
  }
  EXPECT_EQ(stored_in(graph), expected);
  EXPECT_EQ(graph.find("loss")->kind, ValueKind::kOutput);
}

// What a layer adds to its own product is no stream: gate_up, with an adapter, is stored all the
// same.
TEST(Bf16Storage, AnAdapterChangesNothing) {
  GraphBuilder graph("adapted");
  const ValueId tokens = graph.input("tokens", DType::kI32, {6});
  const ValueId x = embedding(graph, "embed", tokens, graph.parameter("embed.weight", {7, 4}));
  const ValueId frozen = linear(graph, "up.frozen", x, graph.parameter("up.weight", {6, 4}));
  const ValueId inner = linear(graph, "up.adapter", x, graph.parameter("a", {2, 4}));
  const ValueId up = linear(graph, "up", affine(graph, "scaled", inner, 2, 0),
                            graph.parameter("b", {6, 2}), {.residual_NM = frozen});
  const ValueId hidden = gelu(graph, "hidden", up, "tanh");
  linear(graph, "down", hidden, graph.parameter("down.weight", {4, 6}), {.residual_NM = x});
  EXPECT_EQ(
      stored_in(store_in_bf16(graph.build().value()).value()),
      (std::set<std::string>{"scaled.rounded.bf16", "up.rounded.bf16", "hidden.rounded.bf16"}));
}

TEST(Bf16Storage, EveryNodeThatReadsAMatrixSaysSo) {
  const Graph graph = store_in_bf16(decoder()).value();
  for (const Node& node : graph.nodes()) {
    const bool reads =
        node.op == "linear" || node.op == "embedding" || node.op == "linear_cross_entropy";
    EXPECT_EQ(node.attributes.contains("matrices"), reads) << node.name;
  }
}

TEST(Bf16Storage, LeavesTheOrderOfParametersAlone) {
  const Graph before = decoder(), after = store_in_bf16(before).value();
  const auto names = [](const Graph& graph) {
    std::vector<std::string> all;
    for (const Value* parameter : graph.values_of(ValueKind::kParameter))
      all.push_back(parameter->name);
    return all;
  };
  EXPECT_EQ(names(after), names(before));
}

// What of the forward pass the nodes from the loss on read, by name.
std::set<std::string> read_by_backward(const Graph& training) {
  std::set<std::string> made, read;
  bool backward = false;
  for (const Node& node : training.nodes()) {
    for (const ValueId input : node.inputs) {
      if (backward && input != ValueId::kNone && made.contains(training.value(input).name))
        read.insert(training.value(input).name);
    }
    backward = backward || node.op.starts_with("linear_cross_entropy");
    if (backward) continue;
    for (const ValueId output : node.outputs) made.insert(training.value(output).name);
  }
  return read;
}

TEST(Bf16Storage, TheBackwardPassReadsFloatsOnlyOfTheStreamAndOfStatistics) {
  const Graph training = backward(store_in_bf16(decoder()).value(), "loss").value();
  std::set<std::string> floats;
  for (const std::string& name : read_by_backward(training)) {
    if (training.find(name)->dtype == DType::kF32) floats.insert(name);
  }
  EXPECT_EQ(floats,
            (std::set<std::string>{"embed", "blocks.0.out", "blocks.0.down", "blocks.1.out",
                                   "blocks.1.down", "blocks.0.norm1.rstd", "blocks.0.norm2.rstd",
                                   "blocks.1.norm1.rstd", "blocks.1.norm2.rstd", "norm.rstd",
                                   "blocks.0.heads.log_sum_exp", "blocks.1.heads.log_sum_exp"}));
}

TEST(Bf16Storage, RoundingPassesTheGradientOn) {
  const Graph training = backward(store_in_bf16(decoder()).value(), "loss").value();
  EXPECT_NE(training.find("blocks.0.hidden.rounded.gradient"), nullptr);
  for (const Node& node : training.nodes()) {
    if (node.op != "linear_input_gradient") continue;
    EXPECT_TRUE(node.attributes.contains("matrices")) << node.name;
  }
}

TEST(Bf16Storage, AValueIsLoadedOnce) {
  const Graph training = backward(store_in_bf16(decoder()).value(), "loss").value();
  std::set<ValueId> loaded;
  for (const Node& node : training.nodes()) {
    if (node.op != "load_bf16") continue;
    EXPECT_TRUE(loaded.insert(node.inputs[0]).second) << node.name;
  }
  EXPECT_EQ(loaded.size(), 12U);
}

TEST(Bf16Storage, WhatIsLightIsComputedAgainFromWhatIsStored) {
  const Graph training =
      backward(store_in_bf16(decoder()).value(), "loss", Recompute::kLight).value();
  std::set<std::string> stored, floats;
  for (const std::string& name : read_by_backward(training)) {
    if (name.find(".rounded") == std::string::npos) continue;
    (training.find(name)->dtype == DType::kBF16 ? stored : floats).insert(name);
  }
  EXPECT_EQ(floats, std::set<std::string>());
  EXPECT_EQ(stored.size(), 6U);  // qkv, heads and gate_up of two blocks
}

TEST(Bf16Storage, RecomputedBlocksKeepNothing) {
  const Graph training =
      backward(store_in_bf16(decoder()).value(), "loss", Recompute::kBlocks).value();
  for (const std::string& name : read_by_backward(training))
    EXPECT_EQ(name.find(".rounded"), std::string::npos) << name;
}

}  // namespace
}  // namespace glass::engine
