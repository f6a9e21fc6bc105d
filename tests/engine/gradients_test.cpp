// Gradients against central differences in double precision, for elements of every parameter of
// small models that together hold every operation.
//
// Tolerance: an element may differ by kTolerance of the largest element of its tensor. The
// differences themselves are good to about 1e-9; float32 over these depths gives about 1e-6.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/engine/graph/backward.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/registry.h"
#include "tests/engine/double_mirror.h"
#include "tests/engine/graph_run.h"

namespace glass::engine::testing {
namespace {

constexpr double kTolerance = 2e-5;
constexpr double kStep = 1e-5;
constexpr size_t kElements = 16;  // of each tensor, evenly spread

MirrorValues mirror_of(GraphRun& run) {
  MirrorValues values;
  for (const Value& value : run.graph().values()) {
    if (value.kind == ValueKind::kParameter) {
      const auto& floats = run.floats(value.name);
      values.floats[value.name] = {floats.begin(), floats.end()};
    }
    if (value.kind != ValueKind::kInput) continue;
    if (value.dtype == DType::kI32) {
      values.integers[value.name] = run.integers(value.name);
    } else {
      const auto& floats = run.floats(value.name);
      values.floats[value.name] = {floats.begin(), floats.end()};
    }
  }
  return values;
}

// Of all rows, each with its weight, if there are weights.
double total_loss(const Graph& graph, MirrorValues& values) {
  evaluate(graph, values);
  const std::vector<double>& losses = values.floats.at("loss");
  const auto weights = values.floats.find("row_weights");
  double sum = values.balance;
  for (size_t i = 0; i < losses.size(); ++i)
    sum += weights == values.floats.end() ? losses[i] : weights->second[i] * losses[i];
  return sum;
}

double largest(const std::vector<float>& values) {
  double most = 0;
  for (const float value : values) most = std::max(most, std::abs(static_cast<double>(value)));
  return most;
}

void expect_gradients_of_differences(const Graph& loss, GraphRun& run) {
  MirrorValues mirror = mirror_of(run);
  for (const Value* parameter : loss.values_of(ValueKind::kParameter)) {
    if (run.graph().find(parameter->name + ".gradient") == nullptr) continue;  // it is frozen
    const std::vector<float> gradient = run.value(parameter->name + ".gradient");
    const double allowed = kTolerance * largest(gradient);
    EXPECT_GT(allowed, 0) << parameter->name << " has no gradient at all";
    const size_t stride = std::max<size_t>(1, gradient.size() / kElements);
    for (size_t i = 0; i < gradient.size(); i += stride) {
      double& element = mirror.floats.at(parameter->name)[i];
      const double before = element;
      element = before + kStep;
      const double above = total_loss(loss, mirror);
      element = before - kStep;
      const double below = total_loss(loss, mirror);
      element = before;
      ASSERT_NEAR(static_cast<double>(gradient[i]), (above - below) / (2 * kStep), allowed)
          << parameter->name << "[" << i << "]";
    }
  }
}

// Everything at once: what is dropped, smoothed and added.
Regularization strict() {
  return {.label_smoothing = 0.1,
          .z_loss = 0.02,
          .embedding_dropout = 0.1,
          .residual_dropout = 0.3,
          .attention_dropout = 0.2};
}

void expect_right_gradients(const DecoderConfig& config,
                            const Regularization& regularization = {}) {
  const BatchShape shape = {.sequences = 2, .positions = 7};
  const Graph loss = build_loss_graph(config, shape, regularization).value();
  GraphRun run(build_training_graph(config, shape, {.regularization = regularization}).value());
  fill_parameters(run, 1);
  fill_batch(run, config, shape, {3}, 2);
  if (regularization.drops()) run.integers("random") = {-5, 1, 1000, 2, 3, 0};
  run.run();

  MirrorValues mirror = mirror_of(run);
  evaluate(loss, mirror);
  const std::vector<float> losses = run.value("loss");
  for (size_t i = 0; i < losses.size(); ++i)
    EXPECT_NEAR(static_cast<double>(losses[i]), mirror.floats.at("loss")[i], 2e-6) << i;
  expect_gradients_of_differences(loss, run);
}

class Gradients : public ::testing::TestWithParam<SmallDecoder> {};

TEST_P(Gradients, AreCentralDifferences) {
  expect_right_gradients(GetParam().config);
}

INSTANTIATE_TEST_SUITE_P(OfModel, Gradients, ::testing::ValuesIn(small_decoders()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Regularized, GradientsAreCentralDifferences) {
  expect_right_gradients(tiny_llama(), strict());
  expect_right_gradients(tiny_gpt2(), strict());
  DecoderConfig after = tiny_llama();
  after.norm_place = DecoderConfig::NormPlace::kAfter;
  expect_right_gradients(after, strict());
}

// A recomputation drops the same elements; another step, micro-batch or seed drops others.
TEST(Regularized, WhatIsDroppedIsAFunctionOfTheWordsAlone) {
  const BatchShape shape = {.sequences = 2, .positions = 7};
  const auto losses = [&](Recompute recompute, const std::vector<int32_t>& random) {
    GraphRun run(build_training_graph(tiny_llama(), shape,
                                      {.recompute = recompute, .regularization = strict()})
                     .value());
    fill_parameters(run, 1);
    fill_batch(run, tiny_llama(), shape, {3}, 2);
    std::ranges::copy(random, run.integers("random").begin());  // where they are bound
    run.run();
    return std::pair(run.value("loss"), run.gradients());
  };
  const std::vector<int32_t> words = {7, 0, 5, 0, 2, 0};
  const auto once = losses(Recompute::kNone, words);
  EXPECT_EQ(losses(Recompute::kBlocks, words), once);
  for (size_t i = 0; i < words.size(); ++i) {
    std::vector<int32_t> others = words;
    others[i] += 1;
    EXPECT_NE(losses(Recompute::kNone, others).first, once.first) << i;
  }
}

TEST(Regularized, EvaluationAndGenerationAreNot) {
  const Graph plain = build_loss_graph(tiny_llama(), {.sequences = 1, .positions = 4}).value();
  for (const Node& node : plain.nodes()) EXPECT_NE(node.op, "dropout");
  EXPECT_EQ(plain.find("random"), nullptr);
}

// What no decoder does: a weight used by three layers, a value used three times, add.
Graph shared_weights() {
  GraphBuilder graph("shared");
  const ValueId token = graph.input("tokens", DType::kI32, {5});
  const ValueId target = graph.input("targets", DType::kI32, {5});
  const ValueId table = graph.parameter("table", {9, 6});
  const ValueId weight = graph.parameter("weight", {6, 6});
  const ValueId x = embedding(graph, "x", token, table);
  const ValueId a = linear(graph, "a", x, weight);
  const ValueId b = linear(graph, "b", a, weight, {.residual_NM = x});
  const ValueId c = add(graph, "c", add(graph, "ab", a, b), x);
  const ValueId d = linear(graph, "d", c, weight);
  graph.mark_output(linear_cross_entropy(graph, "loss", add(graph, "dd", d, d), table, target));
  return graph.build().value();
}

Graph weighted_rows() {
  GraphBuilder graph("weighted");
  const ValueId token = graph.input("tokens", DType::kI32, {5});
  const ValueId target = graph.input("targets", DType::kI32, {5});
  const ValueId row_weight = graph.input("row_weights", DType::kF32, {5});
  const ValueId table = graph.parameter("table", {9, 6});
  const ValueId weight = graph.parameter("weight", {6, 6});
  const ValueId x = linear(graph, "x", embedding(graph, "embed", token, table), weight);
  graph.mark_output(
      linear_cross_entropy(graph, "loss", x, table, target, {.row_weight_N = row_weight}));
  return graph.build().value();
}

TEST(GradientsOfGraphs, OfSharedWeightsAndValuesAddUp) {
  const Graph loss = shared_weights();
  GraphRun run(backward(loss, "loss").value());
  fill_parameters(run, 3);
  run.integers("tokens") = {1, 8, 1, 0, 3};
  run.integers("targets") = {0, 2, 8, -1, 4};
  run.run();
  expect_gradients_of_differences(loss, run);
}

// Rows that count more, less, nothing and against: what preferences ask for. With the table frozen
// too, as it is under adapters.
TEST(GradientsOfGraphs, OfWeightedRowsAreThoseOfTheWeightedSum) {
  const Graph loss = weighted_rows();
  for (const FrozenParameters& frozen : {FrozenParameters{}, FrozenParameters{"table"}}) {
    GraphRun run(backward(loss, "loss", Recompute::kNone, frozen).value());
    EXPECT_EQ(run.graph().find("table.gradient") == nullptr, !frozen.empty());
    fill_parameters(run, 3);
    run.integers("tokens") = {1, 8, 1, 0, 3};
    run.integers("targets") = {0, 2, 8, -1, 4};
    run.floats("row_weights") = {1.5F, -0.75F, 0.0F, 2.0F, 0.25F};
    run.run();
    expect_gradients_of_differences(loss, run);
  }
}

TEST(GradientsOfGraphs, AFrozenGraphHasNothingToTrain) {
  const Graph loss = shared_weights();
  EXPECT_TRUE(backward(loss, "loss", Recompute::kNone, {"table"}));
  const Graph gone = backward(loss, "loss", Recompute::kNone, {"weight"}).value();
  EXPECT_EQ(gone.find("weight.gradient"), nullptr);
  EXPECT_NE(gone.find("table.gradient"), nullptr);
}

TEST(GradientsOfGraphs, AreCheckedForEveryOperationThatHasOne) {
  std::set<std::string_view> checked;
  const auto add_operations = [&](const Graph& graph) {
    for (const Node& node : graph.nodes()) checked.insert(find_op(node.op)->name);
  };
  add_operations(shared_weights());
  add_operations(
      build_loss_graph(tiny_llama(), {.sequences = 2, .positions = 7}, strict()).value());
  add_operations(weighted_rows());
  for (const SmallDecoder& decoder : small_decoders())
    add_operations(build_loss_graph(decoder.config, {.sequences = 2, .positions = 7}).value());
  checked.insert("store_bf16");  // has no slope of its own: train/bf16_test.cpp
  for (const auto& [name, op] : all_ops()) {
    if (op.backward != nullptr || !op.with_gradients.empty()) {
      EXPECT_TRUE(checked.contains(name)) << name;
    }
  }
}

}  // namespace
}  // namespace glass::engine::testing
