#include "glass/engine/graph/graph.h"

#include <string>

#include <gtest/gtest.h>

#include "glass/engine/graph/backward.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/registry.h"

namespace glass::engine {
namespace {

// tokens -> embed -> two blocks of x + w(swiglu(gate_up(norm(x)))) -> loss, tied.
Graph small_model() {
  GraphBuilder graph("small");
  const ValueId tokens = graph.input("tokens", DType::kI32, {5});
  const ValueId targets = graph.input("targets", DType::kI32, {5});
  const ValueId table = graph.parameter("embed.weight", {7, 4});
  ValueId x = embedding(graph, "embed", tokens, table);
  for (int i = 0; i < 2; ++i) {
    const auto scope = graph.scope("blocks." + std::to_string(i), i);
    const ValueId normed = rms_norm(graph, "norm", x, graph.parameter("norm.weight", {4}), 1e-5);
    const ValueId wide =
        linear(graph, "gate_up", normed, graph.parameter("gate_up.weight", {6, 4}));
    const ValueId hidden = swiglu(graph, "hidden", wide);
    x = linear(graph, "down", hidden, graph.parameter("down.weight", {4, 3}), {.residual_NM = x});
  }
  graph.mark_output(linear_cross_entropy(graph, "loss", x, table, targets));
  return graph.build().value();
}

int nodes_named(const Graph& graph, std::string_view ending) {
  int count = 0;
  for (const Node& node : graph.nodes()) count += node.name.ends_with(ending) ? 1 : 0;
  return count;
}

TEST(Graph, FindsValuesByTheirName) {
  const Graph graph = small_model();
  ASSERT_NE(graph.find("blocks.1.gate_up"), nullptr);
  EXPECT_EQ(graph.find("blocks.1.gate_up")->shape, (Shape{5, 6}));
  EXPECT_EQ(graph.find("blocks.1.norm.rstd")->shape, (Shape{5}));
  EXPECT_EQ(graph.find("blocks.2.gate_up"), nullptr);
  EXPECT_EQ(graph.find("loss")->kind, ValueKind::kOutput);
}

TEST(Graph, JsonSaysWhatDecidesTheResults) {
  GraphBuilder graph("one");
  const ValueId x = graph.input("x", DType::kF32, {2, 4});
  rms_norm(graph, "norm", x, graph.parameter("norm.weight", {4}), 1e-5);
  EXPECT_EQ(to_canonical(to_json(graph.build().value())),
            R"({"format":"glass-graph-1","name":"one","nodes":[{"attributes":{"epsilon":0.00001},)"
            R"("inputs":["x","norm.weight"],"name":"norm","op":"rms_norm",)"
            R"("outputs":["norm","norm.rstd"]}],"values":[)"
            R"({"dtype":"F32","kind":"input","name":"x","shape":[2,4]},)"
            R"({"dtype":"F32","kind":"parameter","name":"norm.weight","shape":[4]},)"
            R"({"dtype":"F32","kind":"activation","name":"norm","shape":[2,4]},)"
            R"({"dtype":"F32","kind":"activation","name":"norm.rstd","shape":[2]}]})");
}

TEST(GraphBuilder, NamesNodeAndShapesOfWhatCannotBe) {
  GraphBuilder graph("wrong");
  const ValueId x = graph.input("x", DType::kF32, {8, 4});
  const ValueId weight = graph.parameter("w", {3, 5});
  const ValueId y = linear(graph, "blocks.0.mlp.up", x, weight);
  rms_norm(graph, "norm", y, weight, 1e-5);  // no second complaint
  const auto built = graph.build();
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().message,
            "blocks.0.mlp.up (linear): the columns of x and of weight differ; "
            "x is [8, 4], weight is [3, 5]");
}

TEST(GraphBuilder, RefusesTwoValuesOfOneNameAndEmptyShapes) {
  GraphBuilder twice("twice");
  twice.input("x", DType::kF32, {1});
  twice.parameter("x", {1});
  EXPECT_EQ(twice.build().error().message, "two values are named 'x'; names must differ");

  GraphBuilder empty("empty");
  empty.input("x", DType::kF32, {3, 0});
  EXPECT_EQ(empty.build().error().message, "x: shape [3, 0] is empty");
}

TEST(GraphBuilder, EveryShapeRuleRefusesSomething) {
  const auto refuses = [](auto build) {
    GraphBuilder graph("wrong");
    build(graph);
    return !graph.build();
  };
  const auto floats = [](GraphBuilder& graph, std::string_view name, Shape shape) {
    return graph.input(name, DType::kF32, std::move(shape));
  };
  EXPECT_TRUE(refuses([&](GraphBuilder& g) { swiglu(g, "h", floats(g, "x", {2, 5})); }));
  EXPECT_TRUE(refuses([&](GraphBuilder& g) { gelu(g, "h", floats(g, "x", {2, 5}), "exact"); }));
  EXPECT_TRUE(refuses([&](GraphBuilder& g) {
    add(g, "s", floats(g, "a", {2, 5}), floats(g, "b", {5, 2}));
  }));
  EXPECT_TRUE(refuses([&](GraphBuilder& g) {  // token ids that are no integers
    embedding(g, "e", floats(g, "tokens", {5}), floats(g, "table", {5, 2}));
  }));
  EXPECT_TRUE(refuses([&](GraphBuilder& g) {
    rms_norm(g, "n", floats(g, "x", {2, 5}), floats(g, "w", {4}), 1e-5);
  }));
  EXPECT_TRUE(refuses([&](GraphBuilder& g) {
    layer_norm(g, "n", floats(g, "x", {2, 5}), floats(g, "w", {5}), ValueId::kNone, 0);
  }));
  EXPECT_TRUE(refuses([&](GraphBuilder& g) { rope_table(g, "t", 8, 3, 10000); }));
  const Heads heads = {.query = 3, .key = 2, .head_dim = 4, .scale = 0.5};
  EXPECT_TRUE(refuses([&](GraphBuilder& g) {
    attention(g, "a", floats(g, "qkv", {6, heads.qkv_width()}),
              g.input("first_key", DType::kI32, {2, 3}), heads);
  }));
  EXPECT_TRUE(refuses([&](GraphBuilder& g) {
    linear_cross_entropy(g, "loss", floats(g, "x", {6, 4}), floats(g, "w", {9, 4}),
                         g.input("target", DType::kI32, {5}));
  }));
}

TEST(Backward, GivesEveryParameterAGradientOfItsShape) {
  const Graph graph = backward(small_model(), "loss").value();
  for (const Value* parameter : graph.values_of(ValueKind::kParameter)) {
    const Value* gradient = graph.find(parameter->name + ".gradient");
    ASSERT_NE(gradient, nullptr) << parameter->name;
    EXPECT_EQ(gradient->kind, ValueKind::kGradient);
    EXPECT_EQ(gradient->shape, parameter->shape);
  }
  EXPECT_EQ(graph.values_of(ValueKind::kGradient).size(), 7U);
  EXPECT_NE(graph.find("blocks.0.down.gradient"), nullptr);
  EXPECT_EQ(nodes_named(graph, ".again"), 0);
}

TEST(Backward, AddsTheEmbeddingsGradientIntoThatOfTheTiedHead) {
  const Graph graph = backward(small_model(), "loss").value();
  const Node& last = graph.nodes().back();
  EXPECT_EQ(last.op, "embedding_backward");
  EXPECT_EQ(graph.value(last.inputs[2]).name, "loss.dweight");
  EXPECT_EQ(graph.value(last.outputs[0]).name, "embed.weight.gradient");
}

TEST(Backward, ComputesOnlyWhatItNeedsOfABlockAgain) {
  const Graph graph = backward(small_model(), "loss", Recompute::kBlocks).value();
  EXPECT_EQ(nodes_named(graph, ".again"), 6);  // norm, gate_up and hidden of two blocks, not down
  EXPECT_NE(graph.find("blocks.1.hidden.again"), nullptr);
  EXPECT_EQ(graph.find("blocks.1.down.again"), nullptr);
}

TEST(Backward, ComputesWhatIsLightAgain) {
  const Graph graph = backward(small_model(), "loss", Recompute::kLight).value();
  EXPECT_EQ(nodes_named(graph, ".again"), 4);  // norm and hidden of two blocks
  EXPECT_NE(graph.find("blocks.0.norm.again"), nullptr);
  EXPECT_NE(graph.find("blocks.1.hidden.again"), nullptr);
  for (const Node& node : graph.nodes()) {
    if (node.op != "rms_norm_backward") continue;
    EXPECT_FALSE(graph.value(node.inputs[3]).name.ends_with(".again.rstd")) << node.name;
  }
}

TEST(Backward, RefusesWhatHasNoGradient) {
  EXPECT_FALSE(backward(small_model(), "losses"));
  EXPECT_EQ(backward(small_model(), "blocks.1.down").error().message,
            "'blocks.1.down' is made by linear, which is not a loss");

  GraphBuilder unused("unused");
  const ValueId x = unused.input("x", DType::kF32, {5, 4});
  const ValueId weight = unused.parameter("weight", {3, 4});
  unused.parameter("forgotten", {3});
  linear_cross_entropy(unused, "loss", x, weight, unused.input("target", DType::kI32, {5}));
  EXPECT_EQ(backward(unused.build().value(), "loss").error().message,
            "parameter 'forgotten' does not reach the loss, so it has no gradient");
}

TEST(Recompute, NamesAreReadBack) {
  EXPECT_EQ(recompute_from_name("none").value(), Recompute::kNone);
  EXPECT_EQ(recompute_from_name("light").value(), Recompute::kLight);
  EXPECT_EQ(recompute_from_name("blocks").value(), Recompute::kBlocks);
  EXPECT_FALSE(recompute_from_name("all"));
}

TEST(Registry, RowsAreConsistent) {
  for (const auto& [name, spec] : all_ops()) {
    EXPECT_FALSE(spec.outputs.empty()) << name;
    EXPECT_EQ(spec.outputs.front(), "") << name;
    if (spec.with_gradients.empty()) continue;
    const OpSpec* with_gradients = find_op(spec.with_gradients);
    ASSERT_NE(with_gradients, nullptr) << name;
    EXPECT_EQ(with_gradients->gradient_of.size(), with_gradients->outputs.size()) << name;
  }
}

}  // namespace
}  // namespace glass::engine
