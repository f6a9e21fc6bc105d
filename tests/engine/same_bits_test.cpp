// One step gives the same bits whatever does not belong to it: the kernels' implementation, the
// workers, the owners of split sums, recomputation, what is kept, other documents of the batch, and
// how generation is cut into runs.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/check.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/split_kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "tests/engine/graph_run.h"

namespace glass::engine::testing {
namespace {

using Floats = std::vector<float>;

bool same_bits(const Floats& a, const Floats& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

struct StepResult {
  Floats loss;
  std::map<std::string, Floats> gradients;
};

// Long enough that rows, keys and vocabulary span several segments.
constexpr BatchShape kLong = {.sequences = 1, .positions = 300};

DecoderConfig wide(DecoderConfig config) {
  config.vocabulary = 300;
  config.context = 300;
  return config;
}

StepResult step(const DecoderConfig& config, BatchShape shape, const RunOptions& options,
                const TrainingGraphOptions& graph = {}) {
  GraphRun run(build_training_graph(config, shape, graph).value(), options);
  fill_parameters(run, 1);
  fill_batch(run, config, shape, {40, 3}, 2);
  run.run();
  return {run.value("loss"), run.gradients()};
}

void expect_same(const StepResult& expected, const StepResult& found, const std::string& what) {
  EXPECT_TRUE(same_bits(expected.loss, found.loss)) << what << ": loss";
  ASSERT_EQ(expected.gradients.size(), found.gradients.size());
  for (const auto& [name, gradient] : expected.gradients)
    EXPECT_TRUE(same_bits(gradient, found.gradients.at(name))) << what << ": " << name;
}

TEST(SameBits, OnEveryImplementationAndAnyNumberOfWorkers) {
  for (const auto& [decoder, config] : small_decoders()) {
    const StepResult expected = step(wide(config), kLong, {});
    for (const Kernels* kernels : available_kernels()) {
      for (const int workers : {1, 2, 3})
        expect_same(expected, step(wide(config), kLong, {.kernels = kernels, .workers = workers}),
                    fmt::format("{}, {} with {}", decoder, kernels->name(), workers));
    }
  }
}

// What tensor, context and vocabulary parallel machines would compute, at the nodes of the tree.
TEST(SameBits, HoweverSumsAreSplitOverOwners) {
  const Kernels& whole = *available_kernels().front();
  const BatchShape shape = {.sequences = 1, .positions = 520};
  const auto expect_nothing_changes = [&](DecoderConfig config, const std::vector<Split>& splits) {
    config.d_ff = 1030;
    config.vocabulary = 530;
    config.context = shape.positions;
    const StepResult expected = step(config, shape, {.kernels = &whole});
    for (const Split& split : splits) {
      const SplitKernels owners(whole, split);
      expect_same(expected, step(config, shape, {.kernels = &owners, .workers = 2}),
                  fmt::format("tensor {}, context {}, vocabulary {}", split.tensor, split.context,
                              split.vocabulary));
    }
  };
  expect_nothing_changes(
      tiny_llama(),
      {{.tensor = 2}, {.tensor = 4}, {.context = 2}, {.context = 4}, {.vocabulary = 2}});
  for (const auto& [decoder, config] : small_decoders()) {
    SCOPED_TRACE(decoder);
    expect_nothing_changes(config, {{.tensor = 4, .context = 2, .vocabulary = 2}});
  }
}

TEST(SameBits, WhetherBlocksAreComputedAgainOrKept) {
  for (const auto& [decoder, config] : small_decoders()) {
    const BatchShape shape = {.sequences = 2, .positions = 16};
    const RunOptions options = {.kernels = available_kernels().front()};
    for (const Numerics numerics : {Numerics::kPortable1, Numerics::kPortable1Bf16}) {
      const StepResult expected = step(config, shape, options, {.numerics = numerics});
      for (const Recompute recompute : {Recompute::kLight, Recompute::kBlocks})
        expect_same(expected,
                    step(config, shape, options, {.recompute = recompute, .numerics = numerics}),
                    fmt::format("{}, {}, {}", decoder, name(numerics), name(recompute)));
    }
  }
}

TEST(SameBits, WhateverIsKept) {
  const BatchShape shape = {.sequences = 2, .positions = 16};
  const StepResult expected = step(tiny_llama(), shape, {});
  RunOptions options;
  const Graph graph = build_training_graph(tiny_llama(), shape).value();
  for (const Value& value : graph.values()) {
    if (value.kind == ValueKind::kActivation && value.dtype == DType::kF32)
      options.keep.push_back(value.name);
  }
  EXPECT_GT(options.keep.size(), 40U);
  expect_same(expected, step(tiny_llama(), shape, options), "everything kept");
}

// Resetting positions is not isolation; the mask is.
TEST(SameBits, OfADocumentWhateverTheDocumentBeforeItSays) {
  for (auto [decoder, config] : small_decoders()) {
    SCOPED_TRACE(decoder);
    config.expert_balance = 0;  // what balances experts looks at all rows
    const BatchShape shape = {.sequences = 1, .positions = 16};
    constexpr int64_t kBegin = 7;  // of the second document
    // Under adapters the embedding stays, so the gradient goes no further than the first of them.
    const std::string stream = config.adapters.rank > 0 ? "blocks.0.attn.out" : "embed";
    std::vector<StepResult> results;
    std::vector<Floats> streams;
    for (const uint64_t seed : {2U, 9U}) {
      GraphRun run(
          build_training_graph(config, shape).value(),
          {.kernels = available_kernels().front(), .keep = {"norm", stream + ".gradient"}});
      fill_parameters(run, 1);
      fill_batch(run, config, shape, {kBegin}, 2);
      for (size_t i = 0; i < kBegin; ++i) {
        run.integers("tokens")[i] = static_cast<int32_t>((i * seed + seed) % 23);
        run.integers("targets")[i] = -1;  // so that all gradients are the second document's
      }
      run.run();
      results.push_back({run.value("loss"), run.gradients()});
      streams.push_back(run.value("norm"));
      const Floats stream_gradient = run.value(stream + ".gradient");
      for (int64_t i = 0; i < kBegin * config.d_model; ++i)
        EXPECT_EQ(stream_gradient[static_cast<size_t>(i)], 0.0F) << i;
    }
    const auto second = kBegin * config.d_model;
    EXPECT_FALSE(same_bits(streams[0], streams[1]));
    EXPECT_TRUE(same_bits({streams[0].begin() + second, streams[0].end()},
                          {streams[1].begin() + second, streams[1].end()}));
    expect_same(results[0], results[1], "the second document");
  }
}

struct Generation {
  int64_t sequences, chunk;
  const Kernels* kernels;
  bool packed = false;
};

// The logits of every position, computed `chunk` positions a run with a cache.
Floats generate_logits(const DecoderConfig& config, const std::vector<int32_t>& tokens,
                       const Generation& how) {
  const auto length = static_cast<int64_t>(tokens.size());
  GraphRun run(
      build_inference_graph(config, {.sequences = how.sequences, .positions = how.chunk}).value(),
      {.kernels = how.kernels});
  fill_parameters(run, 1);
  for (const Value* value : run.graph().values_of(ValueKind::kInput)) {
    if (value->dtype == DType::kF32)  // what the cache holds beyond its length is never read
      std::ranges::fill(run.floats(value->name), std::numeric_limits<float>::quiet_NaN());
  }
  std::vector<std::byte> memory;
  if (how.packed) {
    system::ThreadPool pool(1);
    const auto& weight = run.floats("blocks.0.attn.qkv.weight");
    const auto cols = static_cast<int64_t>(weight.size()) / config.d_model;
    memory.resize(how.kernels->packed_bytes(cols, config.d_model, WeightFormat::kF32) + 64);
    const std::span<std::byte> aligned(
        memory.data() + (64 - reinterpret_cast<uintptr_t>(memory.data()) % 64), memory.size() - 64);
    GLASS_CHECK(run.executor().bind_packed(
        "blocks.0.attn.qkv.weight",
        how.kernels->pack(weight.data(), cols, config.d_model, WeightFormat::kF32, aligned, pool)));
  }
  Floats logits;
  for (int64_t begin = 0; begin < length; begin += how.chunk) {
    for (int64_t s = 0; s < how.sequences; ++s) {
      run.integers("length")[static_cast<size_t>(s)] = static_cast<int32_t>(begin);
      for (int64_t i = 0; i < how.chunk; ++i) {
        const auto row = static_cast<size_t>(s * how.chunk + i);
        const int64_t at = std::min(begin + i, length - 1);
        run.integers("tokens")[row] = tokens[static_cast<size_t>(at)];
        run.integers("positions")[row] = static_cast<int32_t>(begin + i);
        run.integers("first_key")[row] = 0;
      }
    }
    run.run();
    const Floats all = run.value("logits");
    const int64_t last = (how.sequences - 1) * how.chunk;  // the last sequence stands for all
    const int64_t rows = std::min(how.chunk, length - begin);
    logits.insert(logits.end(), all.begin() + last * config.vocabulary,
                  all.begin() + (last + rows) * config.vocabulary);
  }
  return logits;
}

TEST(SameBits, OfLogitsHoweverGenerationIsCutIntoRuns) {
  for (auto [decoder, config] : small_decoders()) {
    config.context = 320;
    std::vector<int32_t> tokens(270);
    for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<int32_t>(i * 7 % 23);
    const Floats expected = generate_logits(
        config, tokens, {.sequences = 1, .chunk = 270, .kernels = &reference_kernels()});
    for (const Kernels* kernels : available_kernels()) {
      for (const Generation& how : {Generation{1, 1, kernels}, Generation{1, 64, kernels},
                                    Generation{3, 1, kernels}, Generation{1, 1, kernels, true}}) {
        EXPECT_TRUE(same_bits(expected, generate_logits(config, tokens, how)))
            << decoder << ", " << kernels->name() << ", " << how.sequences << " x " << how.chunk;
      }
    }
  }
}

// The stream before the head, of a document from the start of the window.
TEST(SameBits, OfTrainingAndGeneration) {
  for (const auto& [decoder, config] : small_decoders()) {
    const BatchShape shape = {.sequences = 1, .positions = 16};
    const RunOptions options = {.kernels = available_kernels().front(), .keep = {"norm"}};
    GraphRun training(build_training_graph(config, shape).value(), options);
    GraphRun generation(build_inference_graph(config, {.positions = 16}).value(), options);
    for (GraphRun* run : {&training, &generation}) fill_parameters(*run, 1);
    fill_batch(training, config, shape, {}, 2);
    for (const auto* name : {"tokens", "positions", "first_key"})
      generation.integers(name) = training.integers(name);
    training.run();
    generation.run();
    EXPECT_TRUE(same_bits(training.value("norm"), generation.value("norm"))) << decoder;
  }
}

}  // namespace
}  // namespace glass::engine::testing
