#include "glass/engine/plan/plan.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/engine/graph/backward.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/registry.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/plan_test_graphs.h"

namespace glass::engine {
namespace {

Plan plan_of(Graph graph, PlanOptions options = {}) {
  return make_plan(std::move(graph), reference_kernels(), std::move(options)).value();
}

RC_GTEST_PROP(Plan, OfARandomGraphIsSound, ()) {
  const auto choices = *rc::gen::container<std::vector<uint8_t>>(rc::gen::arbitrary<uint8_t>());
  const auto recompute = *rc::gen::element(Recompute::kNone, Recompute::kLight, Recompute::kBlocks);
  const bool in_bf16 = *rc::gen::arbitrary<bool>();
  Graph graph = backward(testing::random_graph(choices, in_bf16), "loss", recompute).value();
  PlanOptions options{.keep = {}, .workers = 2};
  for (const Value& value : graph.values()) {
    if (value.kind == ValueKind::kActivation && *rc::gen::inRange(0, 8) == 0)
      options.keep.push_back(value.name);
  }
  const Plan plan = plan_of(std::move(graph), std::move(options));
  const Status sound = check_plan(plan);
  RC_ASSERT(sound.has_value());
}

// The checker is no decoration: whatever storage is moved onto a live neighbour, it says so.
TEST(CheckPlan, FindsStoragesThatWereMovedOntoEachOther) {
  const Plan sound = plan_of(backward(testing::random_graph({1, 2, 3, 4, 5, 6}), "loss").value());
  ASSERT_TRUE(check_plan(sound));
  int found = 0, moved = 0;
  for (size_t i = 0; i < sound.storages.size(); ++i) {
    if (sound.storages[i].bound != ValueId::kNone) continue;
    Plan broken = sound;
    for (const Storage& other : sound.storages) {
      if (&other == &sound.storages[i] || other.bound != ValueId::kNone) continue;
      if (other.first > sound.storages[i].last || sound.storages[i].first > other.last) continue;
      broken.storages[i].offset = other.offset;
      ++moved;
      found += check_plan(broken) ? 0 : 1;
      break;
    }
  }
  EXPECT_GT(moved, 5);
  EXPECT_EQ(found, moved);
}

TEST(CheckPlan, FindsAnOverwrittenInput) {
  Plan plan = plan_of(testing::random_graph({1, 2, 3, 4, 5, 6}));
  const Value& x = *plan.graph.find("x");
  for (const Node& node : plan.graph.nodes()) {
    if (!node.has_input(0) || node.inputs[0] != x.id) continue;
    plan.storage_of[index(node.outputs.front())] = plan.storage_of[index(x.id)];
    break;
  }
  const Status status = check_plan(plan);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("overlap"), std::string::npos) << status.error().message;
}

TEST(Plan, WorksInPlaceWhereTheKernelAllowsIt) {
  GraphBuilder graph("chain");
  const ValueId x = graph.input("x", DType::kF32, {8, 32});
  const ValueId a = gelu(graph, "a", x, "tanh");  // x is the caller's: not in place
  const ValueId b = gelu(graph, "b", a, "tanh");
  const ValueId c = add(graph, "c", b, a);  // a is read here, so b could not be in place
  graph.mark_output(gelu(graph, "d", c, "erf"));
  const Plan plan = plan_of(graph.build().value());
  EXPECT_EQ(plan.storage(plan.graph.find("c")->id).offset,
            plan.storage(plan.graph.find("d")->id).offset);
  EXPECT_EQ(plan.arena_bytes, 2U * 8 * 32 * sizeof(float));
  EXPECT_TRUE(check_plan(plan));
}

TEST(Plan, LetsAGradientGrowInTheCallersMemory) {
  const Plan plan = plan_of(backward(testing::random_graph({}), "loss").value());
  const Value& partial = *plan.graph.find("loss.dweight");
  const Value& whole = *plan.graph.find("table.gradient");
  EXPECT_EQ(plan.storage_of[index(partial.id)], plan.storage_of[index(whole.id)]);
  EXPECT_EQ(plan.storage(partial.id).bound, whole.id);
}

TEST(Plan, KnowsItsMemoryBeforehand) {
  const Plan plan = plan_of(backward(testing::random_graph({0, 1, 2}), "loss").value());
  int64_t parameters = 0;
  for (const Value* value : plan.graph.values_of(ValueKind::kParameter))
    parameters += static_cast<int64_t>(value->size_bytes());
  EXPECT_EQ(plan.memory.parameters, parameters);
  EXPECT_EQ(plan.memory.gradients, parameters);
  EXPECT_EQ(plan.memory.arena, static_cast<int64_t>(plan.arena_bytes));
  EXPECT_GE(plan.memory.arena, plan.memory.activations_peak);
  EXPECT_LE(plan.memory.arena, plan.memory.activations_peak + plan.memory.scratch_peak + 64);

  const Status refused = expect_fits(plan.memory, plan.memory.total() - 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_TRUE(expect_fits(plan.memory, plan.memory.total()));
}

TEST(Plan, RefusesToKeepWhatTheGraphDoesNotCompute) {
  for (const char* name : {"blocks.9.norm", "table"}) {
    const auto plan =
        make_plan(testing::random_graph({}), reference_kernels(), {.keep = {name}, .workers = 1});
    ASSERT_FALSE(plan);
    EXPECT_NE(plan.error().message.find(name), std::string::npos);
  }
}

TEST(Launch, EveryOperationHasOneAndNoOther) {
  for (const auto& [name, spec] : all_ops()) EXPECT_NE(find_launch(name), nullptr) << name;
  for (const auto& [name, launch] : all_launches()) {
    const OpSpec* spec = find_op(name);
    ASSERT_NE(spec, nullptr) << name;
    for (const InPlace& rule : launch.in_place) {
      EXPECT_LT(rule.input, spec->inputs.size()) << name;
      EXPECT_LT(rule.output, spec->outputs.size()) << name;
    }
  }
}

}  // namespace
}  // namespace glass::engine
