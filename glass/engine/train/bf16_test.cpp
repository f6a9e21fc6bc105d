// Training in numerics class portable-1-bf16.
#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/half.h"
#include "glass/base/parallel.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/plan/executor.h"
#include "glass/engine/plan/plan.h"
#include "glass/engine/train/gradient_worker.h"
#include "glass/engine/train/synthetic_batches.h"
#include "glass/engine/train/train_test_kit.h"
#include "glass/engine/train/trainer.h"
#include "glass/engine/train/training_plan.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::engine {
namespace {

using test::tiny_settings;
using test::TinyRun;

class Bf16Test : public testing::Test {
 protected:
  [[nodiscard]] TinyRun run(const TrainingSettings& settings) {
    return {settings, system::posix_files(), folder_ / "checkpoints"};
  }

  system::TemporaryFolder folder_;
};

TEST_F(Bf16Test, GivesTheSameBitsOnAnyWorkersWithRecomputationAndAfterAResume) {
  TrainingSettings settings = tiny_settings();
  settings.numerics = Numerics::kPortable1Bf16;
  const crypto::Digest expected = test::digest_at(settings, 7);
  EXPECT_NE(expected, test::digest_at(tiny_settings(), 7));
  for (const Recompute recompute : {Recompute::kLight, Recompute::kBlocks}) {
    TrainingSettings spread = settings;
    spread.workers = 3;
    spread.recompute = recompute;
    EXPECT_EQ(test::digest_at(spread, 7), expected) << name(recompute);
  }

  TinyRun whole = run(settings);
  whole.trainer().initialize();
  ASSERT_TRUE(whole.run_to(6));
  ASSERT_TRUE(whole.trainer().finish());
  TinyRun resumed = run(settings);
  EXPECT_EQ(resumed.trainer().resume(6)->step, 5);
  ASSERT_TRUE(resumed.run_to(7));
  EXPECT_EQ(resumed.trainer().parameter_digest(), expected);

  TinyRun other = run(tiny_settings());
  const auto refused = other.trainer().resume(6);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.ends_with(
      "it is the checkpoint of a training in numerics class portable-1-bf16, not portable-1; give "
      "another folder"))
      << refused.error().message;
}

// All that a step of the tiny model computes: losses and gradients.
struct Computed {
  std::vector<float> losses;
  std::map<std::string, std::vector<float>> gradients;

  friend bool operator==(const Computed&, const Computed&) = default;
};

using Prepare = std::function<void(Executor&)>;

Computed compute(Numerics numerics, const TensorViews& weights, const Prepare& prepare = {}) {
  const TrainingSettings settings = tiny_settings();
  Graph graph =
      build_training_graph(settings.model, settings.micro_batch, {.numerics = numerics}).value();
  SerialParallel serial;
  const Kernels& kernels = *find_kernels("");
  Executor executor =
      Executor::create(make_plan(std::move(graph), kernels).value(), kernels, serial).value();
  EXPECT_TRUE(bind_parameters(executor, weights));
  Computed computed;
  for (const Value* gradient : executor.plan().graph.values_of(ValueKind::kGradient)) {
    auto& memory = computed.gradients[gradient->name];
    memory.resize(static_cast<size_t>(gradient->element_count()));
    EXPECT_TRUE(executor.bind_mutable(gradient->name, memory));
  }
  data::Batch batch;
  EXPECT_TRUE(synthetic_batches(settings.micro_batch, settings.model.vocabulary, 7)(0, 0, batch));
  EXPECT_TRUE(bind_batch(executor, batch));
  if (prepare) prepare(executor);
  EXPECT_TRUE(executor.run());
  const auto losses = executor.read("loss").value();
  computed.losses.assign(losses.begin(), losses.end());
  return computed;
}

void round_all(std::span<float> values) {
  std::ranges::transform(values, values.begin(), nearest_bfloat16);
}

// Against the same model whose matrices and kept activations are rounded by hand, from outside.
TEST_F(Bf16Test, IsRoundingOfMatricesAndOfWhatIsKept) {
  TinyRun tiny = run(tiny_settings());
  tiny.trainer().initialize();
  const TensorViews weights = tiny.trainer().tensors();
  std::vector<float> rounded(tiny.trainer().parameters().begin(),
                             tiny.trainer().parameters().end());
  TensorViews by_hand = weights;
  for (const ParameterSlot& slot : tiny.trainer().plan().layout.slots()) {
    const std::span<float> values = slot.of(std::span(rounded));
    if (slot.shape.size() >= 2) round_all(values);
    by_hand.at(slot.name).values = values;
  }
  const Computed expected = compute(Numerics::kPortable1, by_hand, [](Executor& executor) {
    for (const std::string block : {"blocks.0.", "blocks.1."}) {
      for (const std::string kept :
           {"norm1", "attn.rope", "attn.heads", "norm2", "mlp.gate_up", "mlp.hidden"})
        EXPECT_TRUE(executor.observe(block + kept, round_all)) << block + kept;
    }
  });
  EXPECT_EQ(compute(Numerics::kPortable1Bf16, weights), expected);
  EXPECT_NE(compute(Numerics::kPortable1, weights), expected);
}

TEST_F(Bf16Test, TakesLessMemoryForWhatWaitsForTheBackwardPass) {
  TrainingSettings settings = tiny_settings();
  settings.micro_batch = {.sequences = 8, .positions = 24};
  const auto activations = [&] {
    return plan_training(settings, *find_kernels(""), 1)->step.memory.activations_peak;
  };
  const int64_t floats = activations();
  settings.numerics = Numerics::kPortable1Bf16;
  EXPECT_LT(activations(), floats * 3 / 4);
}

}  // namespace
}  // namespace glass::engine
