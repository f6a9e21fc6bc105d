// Trainings that go on from a model: all of it, or adapters on top of it.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/train/merged_model.h"
#include "glass/engine/train/replay.h"
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

// The tiny model after five steps.
const ModelFile& trained_model() {
  static const ModelFile model = [] {
    const system::TemporaryFolder folder;
    TinyRun run(tiny_settings(), system::posix_files(), folder / "checkpoints");
    run.trainer().initialize();
    EXPECT_TRUE(run.run_to(5));
    ModelFile file{.config = tiny_settings().model, .tensors = {}};
    for (const auto& [name, tensor] : run.trainer().tensors())
      file.tensors[name] = {.shape = tensor.shape,
                            .values = {tensor.values.begin(), tensor.values.end()}};
    return file;
  }();
  return model;
}

// Other data than the model was trained on.
BatchSource other_batches() {
  return synthetic_batches({.sequences = 2, .positions = 24}, 29, 99);
}

TrainingSettings from_start() {
  TrainingSettings settings = tiny_settings();
  settings.from_start = true;
  return settings;
}

TrainingSettings adapted() {
  TrainingSettings settings = from_start();
  settings.model.adapters = {
      .rank = 4, .alpha = 8, .qkv = true, .out = true, .up = true, .down = true};
  return settings;
}

class StartTest : public testing::Test {
 protected:
  [[nodiscard]] TinyRun run(const TrainingSettings& settings) {
    return TinyRun(settings, files_, folder_ / "checkpoints", other_batches(), &start_);
  }

  // Of the parameters after `steps`, nothing left on disk.
  [[nodiscard]] crypto::Digest digest_after(const TrainingSettings& settings, int64_t steps) {
    const system::TemporaryFolder folder;
    TinyRun tiny(settings, files_, folder / "checkpoints", other_batches(), &start_);
    tiny.trainer().initialize();
    EXPECT_TRUE(tiny.run_to(steps));
    return tiny.trainer().parameter_digest();
  }

  TensorViews start_ = views(trained_model());
  system::TemporaryFolder folder_;
  system::Files& files_ = system::posix_files();
};

TEST_F(StartTest, BeginsWithTheParametersOfTheModel) {
  TinyRun tiny = run(from_start());
  tiny.trainer().initialize();
  EXPECT_EQ(tiny.trainer().parameter_digest(), test::digest_at(tiny_settings(), 5));
}

TEST_F(StartTest, AdaptersBeginWithTheLossOfTheModelBitForBit) {
  TinyRun whole = run(from_start());
  whole.trainer().initialize();
  ASSERT_TRUE(whole.run_to(1));
  TinyRun adapters = run(adapted());
  adapters.trainer().initialize();
  ASSERT_TRUE(adapters.run_to(1));
  EXPECT_EQ(std::bit_cast<uint32_t>(adapters.records()[0].loss),
            std::bit_cast<uint32_t>(whole.records()[0].loss));
}

TEST_F(StartTest, OnlyAdaptersAreTrainedAndTheyLearn) {
  TinyRun tiny = run(adapted());
  tiny.trainer().initialize();
  for (const ParameterSlot& slot : tiny.trainer().plan().layout.slots())
    EXPECT_NE(slot.name.find(".adapter_"), std::string::npos) << slot.name;
  // Two layers, four adapters each, rank times inputs and outputs.
  EXPECT_EQ(tiny.trainer().plan().layout.parameter_count(),
            2 * 4 * ((16 + 32) + (16 + 16) + (16 + 48) + (24 + 16)));
  ASSERT_TRUE(tiny.run_to(20));
  EXPECT_LT(tiny.records().back().loss, tiny.records().front().loss);
  const TensorViews after = tiny.trainer().tensors();
  for (const auto& [name, tensor] : trained_model().tensors)
    EXPECT_TRUE(std::ranges::equal(after.at(name).values, tensor.values)) << name;
}

TEST_F(StartTest, AdaptersHaveTheSameBitsWithAnyWorkersAndRecomputation) {
  const crypto::Digest expected = digest_after(adapted(), 6);
  TrainingSettings settings = adapted();
  settings.workers = 3;
  EXPECT_EQ(digest_after(settings, 6), expected);
  settings = adapted();
  settings.recompute = Recompute::kBlocks;
  EXPECT_EQ(digest_after(settings, 6), expected);
}

TEST_F(StartTest, AnAdapterRunIsResumedAndReplayed) {
  const crypto::Digest expected = digest_after(adapted(), 20);
  TinyRun first = run(adapted());
  first.trainer().initialize();
  ASSERT_TRUE(first.run_to(12));
  ASSERT_TRUE(first.trainer().finish());
  TinyRun second = run(adapted());
  const auto resumed = second.trainer().resume(12);
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->step, 10);
  ASSERT_TRUE(second.run_to(20));
  EXPECT_EQ(second.trainer().parameter_digest(), expected);
  ASSERT_TRUE(second.trainer().finish());
  EXPECT_TRUE(replay_segment(second.trainer(), second.records(),
                             [](const StepRecord&) { return Status{}; }));
}

TEST_F(StartTest, TheMergedModelComputesTheSameFunction) {
  TinyRun tiny = run(adapted());
  tiny.trainer().initialize();
  ASSERT_TRUE(tiny.run_to(20));
  const HeldOutSource held_out = synthetic_held_out({.sequences = 2, .positions = 24}, 29, 99, 3);
  const auto with_adapters = tiny.trainer().evaluate(held_out, 1 << 20);
  ASSERT_TRUE(with_adapters);
  SerialParallel serial;
  const auto merged =
      merge_adapters(adapted().model, tiny.trainer().tensors(), *find_kernels(""), serial);
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(merged->config, tiny_settings().model);
  EXPECT_EQ(merged->tensors.size(), trained_model().tensors.size());
  const TensorViews tensors = views(*merged);
  TinyRun plain(from_start(), files_, folder_ / "merged", other_batches(), &tensors);
  plain.trainer().initialize();
  // The sums are made in another order: float32 rounding and no more.
  EXPECT_NEAR(plain.trainer().evaluate(held_out, 1 << 20)->loss, with_adapters->loss, 1e-5);
}

TEST_F(StartTest, WhatDoesNotFitIsRefused) {
  const auto refusal = [&](const TrainingSettings& settings, const TensorViews* start) {
    auto plan = plan_training(settings, *find_kernels(""), 1);
    EXPECT_TRUE(plan);
    const Status status = expect_start(*plan, start);
    return status ? std::string("accepted") : status.error().message;
  };
  EXPECT_EQ(refusal(adapted(), &start_), "accepted");
  TrainingSettings no_start = adapted();
  no_start.from_start = false;
  EXPECT_NE(refusal(no_start, nullptr).find("adapters are trained on top"), std::string::npos);
  EXPECT_NE(refusal(from_start(), nullptr).find("exactly where"), std::string::npos);
  TensorViews lacking = start_;
  lacking.erase("norm.weight");
  EXPECT_NE(refusal(from_start(), &lacking).find("has no norm.weight"), std::string::npos);
  TrainingSettings wider = from_start();
  wider.model.d_ff = 25;
  EXPECT_NE(refusal(wider, &start_).find("expected [50, 16]"), std::string::npos);
}

}  // namespace
}  // namespace glass::engine
