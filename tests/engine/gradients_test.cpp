// Gradients against central differences in double precision, for elements of every parameter of
// small models that together hold every operation.
//
// Tolerance: an element may differ by kTolerance of the largest element of its tensor. The
// differences themselves are good to about 1e-9; float32 over these depths gives about 1e-6.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/engine/graph/backward.h"
#include "glass/engine/graph/operations.h"
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
    if (value.kind == ValueKind::kInput) values.integers[value.name] = run.integers(value.name);
  }
  return values;
}

double total_loss(const Graph& graph, MirrorValues& values) {
  evaluate(graph, values);
  double sum = 0;
  for (const double loss : values.floats.at("loss")) sum += loss;
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

void expect_right_gradients(const DecoderConfig& config) {
  const BatchShape shape = {.sequences = 2, .positions = 7};
  const Graph loss = build_loss_graph(config, shape).value();
  GraphRun run(build_training_graph(config, shape).value());
  fill_parameters(run, 1);
  fill_batch(run, config, shape, {3}, 2);
  run.run();

  MirrorValues mirror = mirror_of(run);
  evaluate(loss, mirror);
  const std::vector<float> losses = run.value("loss");
  for (size_t i = 0; i < losses.size(); ++i)
    EXPECT_NEAR(static_cast<double>(losses[i]), mirror.floats.at("loss")[i], 2e-6) << i;
  expect_gradients_of_differences(loss, run);
}

TEST(Gradients, OfLlamaAreCentralDifferences) {
  expect_right_gradients(tiny_llama());
}

TEST(Gradients, OfLlamaWithItsVariantsAreCentralDifferences) {
  DecoderConfig config = tiny_llama();
  config.rope_interleaved = true;
  config.rotary_dim = 4;  // the last two of each head stay
  config.tied_embeddings = false;
  config.qkv_bias = config.out_bias = true;
  config.mlp_bias = true;
  expect_right_gradients(config);
}

// Qwen 3: queries and keys normalised by head. Mistral: a window.
TEST(Gradients, OfNormalisedHeadsInAWindowAreCentralDifferences) {
  DecoderConfig config = tiny_llama();
  config.qk_norm = nn::QkNorm::kHeads;
  config.qkv_bias = true;
  config.window = 3;
  expect_right_gradients(config);
}

// OLMo 2: norms after attention and MLP, and over all heads of a row.
TEST(Gradients, OfNormsAfterTheBranchesAreCentralDifferences) {
  DecoderConfig config = tiny_llama();
  config.qk_norm = nn::QkNorm::kWhole;
  config.norm_place = DecoderConfig::NormPlace::kAfter;
  expect_right_gradients(config);
}

// Pythia: both branches read the block's input, a part of each head turns. Llama 3.1: the
// frequencies are scaled; with these numbers one is of each kind.
TEST(Gradients, OfParallelBranchesWithScaledFrequenciesAreCentralDifferences) {
  DecoderConfig config = tiny_gpt2();
  config.parallel = true;
  config.positions = DecoderConfig::Positions::kRope;
  config.head_dim = 8;
  config.rotary_dim = 6;
  config.rope_theta = 100;
  config.rope_scaling = {.kind = RopeScaling::Kind::kLlama3,
                         .factor = 8,
                         .low_frequency = 0.2,
                         .high_frequency = 1,
                         .context = 16};
  config.tied_embeddings = false;
  expect_right_gradients(config);
}

TEST(Gradients, OfGpt2AreCentralDifferences) {
  expect_right_gradients(tiny_gpt2());
}

TEST(Gradients, OfGpt2WithItsVariantsAreCentralDifferences) {
  DecoderConfig config = tiny_gpt2();
  config.mlp = nn::MlpKind::kGeluErf;
  config.norm_bias = false;
  config.tied_embeddings = false;
  expect_right_gradients(config);
}

// What no decoder does: a weight used by three layers, a value used three times, add.
TEST(Gradients, OfSharedWeightsAndValuesAddUp) {
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
  const Graph loss = graph.build().value();

  GraphRun run(backward(loss, "loss").value());
  fill_parameters(run, 3);
  run.integers("tokens") = {1, 8, 1, 0, 3};
  run.integers("targets") = {0, 2, 8, -1, 4};
  run.run();
  expect_gradients_of_differences(loss, run);
}

}  // namespace
}  // namespace glass::engine::testing
