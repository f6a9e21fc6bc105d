#include "glass/engine/plan/executor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/parallel.h"
#include "glass/engine/graph/backward.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/plan/plan_test_graphs.h"

namespace glass::engine {
namespace {

constexpr float kPoison = std::numeric_limits<float>::quiet_NaN();

// An executor and the memory of everything that it binds, filled with something.
struct Bound {
  explicit Bound(Graph graph, PlanOptions options = {}, std::shared_ptr<Arena> arena = nullptr)
      : executor(Executor::create(
                     make_plan(std::move(graph), reference_kernels(), std::move(options)).value(),
                     reference_kernels(), serial, std::move(arena))
                     .value()) {
    for (const Value& value : executor.plan().graph.values()) {
      const auto count = static_cast<size_t>(value.element_count());
      if (value.kind == ValueKind::kInput) {
        auto& memory = integers[value.name] = std::vector<int32_t>(count);
        for (size_t i = 0; i < count; ++i)
          memory[i] = value.name == "first_key" ? 0 : static_cast<int32_t>(i % 5);
        EXPECT_TRUE(executor.bind(value.name, std::span<const int32_t>(memory)));
      } else if (value.kind == ValueKind::kParameter || value.kind == ValueKind::kGradient) {
        auto& memory = floats[value.name] = std::vector<float>(count);
        for (size_t i = 0; i < count; ++i)
          memory[i] = static_cast<float>(static_cast<int>((i * 7 + count) % 13) - 6) * 0.1F;
        EXPECT_TRUE(executor.bind_mutable(value.name, memory));
      }
    }
  }

  std::vector<float> results() {
    EXPECT_TRUE(executor.run());
    const auto loss = executor.read("loss").value();
    std::vector<float> all(loss.begin(), loss.end());
    for (const auto& [name, memory] : floats) all.insert(all.end(), memory.begin(), memory.end());
    return all;
  }

  SerialParallel serial;
  Executor executor;
  std::map<std::string, std::vector<float>> floats;
  std::map<std::string, std::vector<int32_t>> integers;
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// After each node, everything in the arena that the plan calls dead becomes NaN.
void poison_dead_memory(Executor& executor) {
  executor.after_each_node([&executor](size_t node) {
    const Plan& plan = executor.plan();
    std::vector<bool> alive(plan.arena_bytes, false);
    for (const Storage& storage : plan.storages) {
      const int at = static_cast<int>(node);
      const int end = static_cast<int>(plan.graph.nodes().size()) - 1;
      if (storage.bound == ValueId::kNone && storage.first <= at &&
          (at < storage.last || storage.last == end))
        std::fill_n(alive.begin() + static_cast<std::ptrdiff_t>(storage.offset), storage.bytes,
                    true);
    }
    const std::span<std::byte> arena = executor.arena()->span();
    for (size_t i = 0; i < arena.size(); i += sizeof(float)) {
      if (!alive[i]) std::memcpy(arena.data() + i, &kPoison, sizeof(float));
    }
  });
}

RC_GTEST_PROP(Executor, GivesTheSameBitsWhenDeadMemoryIsPoisoned, ()) {
  const auto choices = *rc::gen::container<std::vector<uint8_t>>(rc::gen::arbitrary<uint8_t>());
  const auto recompute = *rc::gen::element(Recompute::kNone, Recompute::kLight, Recompute::kBlocks);
  const bool in_bf16 = *rc::gen::arbitrary<bool>();
  const Graph graph = backward(testing::random_graph(choices, in_bf16), "loss", recompute).value();
  Bound clean(graph), poisoned(graph);
  const std::vector<float> expected = clean.results();
  RC_ASSERT(std::ranges::none_of(expected, [](float x) { return std::isnan(x); }));
  poison_dead_memory(poisoned.executor);
  RC_ASSERT(same_bits(expected, poisoned.results()));
}

TEST(Executor, GivesTheSameBitsAgainAndAgain) {
  Bound bound(backward(testing::random_graph({6, 5, 4, 1}), "loss").value());
  const std::vector<float> first = bound.results();
  EXPECT_TRUE(same_bits(first, bound.results()));
}

// tokens -> embed -> rope -> loss: its table is a constant, which lies in the arena.
Graph turning_graph() {
  GraphBuilder graph("turning");
  const ValueId tokens = graph.input("tokens", DType::kI32, {6});
  const ValueId positions = graph.input("positions", DType::kI32, {6});
  const ValueId targets = graph.input("targets", DType::kI32, {6});
  const ValueId table = graph.parameter("embed.weight", {7, 4});
  const ValueId x = rope(graph, "turned", embedding(graph, "embed", tokens, table), positions,
                         rope_table(graph, "table", 8, 4, 100), {.heads = 1, .head_dim = 4});
  graph.mark_output(linear_cross_entropy(graph, "loss", x, table, targets));
  return graph.build().value();
}

TEST(Executor, TakesTurnsWithAnotherOneInTheSameArena) {
  Bound alone(turning_graph());
  const std::vector<float> expected = alone.results();
  const std::vector<float> other_expected =
      Bound(backward(testing::random_graph({6, 5, 4, 1}), "loss").value()).results();
  Bound other(backward(testing::random_graph({6, 5, 4, 1}), "loss").value());
  ASSERT_GE(other.executor.arena()->span().size(), alone.executor.arena()->span().size());
  Bound shared(turning_graph(), {}, other.executor.arena());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(same_bits(shared.results(), expected));
    EXPECT_TRUE(same_bits(shared.results(), expected));
    EXPECT_TRUE(same_bits(other.results(), other_expected));
  }
}

TEST(Executor, NamesWhatIsNotBound) {
  SerialParallel serial;
  auto executor =
      Executor::create(make_plan(testing::random_graph({}), reference_kernels()).value(),
                       reference_kernels(), serial)
          .value();
  const Status status = executor.run();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "'tokens' is not bound; x needs it");
}

TEST(Executor, RefusesMemoryThatDoesNotFit) {
  Bound bound(backward(testing::random_graph({}), "loss").value());
  const std::array<float, 3> three = {};
  std::array<float, 88> right = {};
  EXPECT_FALSE(bound.executor.bind("tablet", three));
  EXPECT_FALSE(bound.executor.bind("tokens", three));
  EXPECT_FALSE(bound.executor.bind("x", right));  // computed, not bound
  EXPECT_EQ(bound.executor.bind("table", three).error().message,
            "'table' has shape [11, 8], but 3 elements are given");
  EXPECT_FALSE(bound.executor.bind("table.gradient", right));  // it is written
  EXPECT_TRUE(bound.executor.bind_mutable("table.gradient", right));
  EXPECT_TRUE(bound.executor.bind("table", right));
}

TEST(Executor, ReadsOutputsAndWhatWasKept) {
  const Graph graph = testing::random_graph({6});
  Bound plain(graph), keeping(graph, {.keep = {"layer0.qkv"}, .workers = 1});
  EXPECT_TRUE(same_bits(plain.results(), keeping.results()));
  EXPECT_FALSE(plain.executor.read("layer0.qkv"));
  const auto kept = keeping.executor.read("layer0.qkv").value();
  EXPECT_EQ(kept.size(), 160U);
  // rope, which works in place where it can, has turned a copy.
  const auto copy = std::vector<float>(kept.begin(), kept.end());
  std::vector<float> seen;
  ASSERT_TRUE(keeping.executor.observe(
      "layer0.qkv", [&](std::span<float> values) { seen.assign(values.begin(), values.end()); }));
  keeping.results();
  EXPECT_TRUE(same_bits(copy, seen));
}

TEST(Executor, ComputesOnWithAPatchedValue) {
  Bound bound(testing::random_graph({2, 0}));
  const std::vector<float> before = bound.results();
  ASSERT_TRUE(bound.executor.observe(
      "layer0.gelu", [](std::span<float> values) { std::ranges::fill(values, 0.0F); }));
  EXPECT_FALSE(same_bits(before, bound.results()));
  EXPECT_FALSE(bound.executor.observe("layer9.gelu", [](std::span<float>) {}));
}

// Where k has many segments, partial sums wait in C unless something is added to it.
TEST(Executor, AResidualOfAProductWithManySegmentsHasItsScratch) {
  constexpr int64_t kRows = 40, kWidth = 30, kInner = 2048;
  GraphBuilder graph("residual");
  const ValueId x = graph.input("x", DType::kF32, {kRows, kInner});
  const ValueId residual = graph.input("residual", DType::kF32, {kRows, kWidth});
  graph.mark_output(
      linear(graph, "y", x, graph.parameter("w", {kWidth, kInner}), {.residual_NM = residual}));
  const Graph built = graph.build().value();
  const std::vector<float> ones(kRows * kInner, 1.0F), halves(kRows * kWidth, 0.5F);
  SerialParallel serial;
  for (const Kernels* kernels : available_kernels()) {
    auto executor = Executor::create(make_plan(built, *kernels).value(), *kernels, serial).value();
    ASSERT_TRUE(executor.bind("x", ones));
    ASSERT_TRUE(executor.bind("w", std::span(ones).first(kWidth * kInner)));
    ASSERT_TRUE(executor.bind("residual", halves));
    ASSERT_TRUE(executor.run());
    const auto y = executor.read("y").value();
    EXPECT_TRUE(std::ranges::all_of(y, [](float value) { return value == kInner + 0.5F; }));
  }
}

TEST(Executor, MultipliesByAPackedWeightAlone) {
  GraphBuilder graph("packed");
  const ValueId x = graph.input("x", DType::kF32, {3, 5});
  graph.mark_output(linear(graph, "y", x, graph.parameter("w", {4, 5})));
  SerialParallel serial;
  const Kernels& kernels = reference_kernels();
  auto executor =
      Executor::create(make_plan(graph.build().value(), kernels).value(), kernels, serial).value();
  std::vector<float> rows(15), weight(20);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i) * 0.25F;
  for (size_t i = 0; i < weight.size(); ++i) weight[i] = 1.0F - static_cast<float>(i) * 0.5F;
  ASSERT_TRUE(executor.bind("x", rows));
  ASSERT_TRUE(executor.bind("w", weight));
  ASSERT_TRUE(executor.run());
  const auto read = executor.read("y").value();
  const std::vector<float> plain(read.begin(), read.end());

  auto second = Executor::create(executor.plan(), kernels, serial).value();
  alignas(64) std::array<std::byte, 4096> memory = {};
  ASSERT_LE(kernels.packed_bytes(4, 5, WeightFormat::kF32), memory.size());
  ASSERT_TRUE(second.bind("x", rows));
  ASSERT_TRUE(second.bind_packed(
      "w", kernels.pack(weight.data(), 4, 5, WeightFormat::kF32, memory, serial)));
  ASSERT_TRUE(second.run());
  EXPECT_TRUE(std::ranges::equal(plain, second.read("y").value()));
}

}  // namespace
}  // namespace glass::engine
