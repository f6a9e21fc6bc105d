#include "glass/engine/train/recheck.h"

#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/loader/loader.h"
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

void flip_bit(float& value, int bit) {
  value = std::bit_cast<float>(std::bit_cast<uint32_t>(value) ^ (1U << bit));
}

// Faults are planted by what is called during a step anyway: the source of batches, and observers
// of values. Step 6 is rechecked; each of its times asks for micro-batch 0 once.
class RecheckTest : public testing::Test {
 protected:
  static constexpr int64_t kStep = 6;

  static TrainingSettings settings(bool retry) {
    TrainingSettings settings = tiny_settings();
    settings.recheck = {.every_steps = 3, .retry = retry};
    return settings;
  }

  // `fault` is called when the given micro-batch of step kStep is asked for, with how often it was
  // asked for before.
  TinyRun run(bool retry, int64_t faulty_micro, std::function<void(int64_t time)> fault) {
    const BatchSource good = synthetic_batches({.sequences = 2, .positions = 24}, 29, 7);
    auto times = std::make_shared<int64_t>(0);
    auto source = [=](int64_t step, int64_t micro, data::Batch& out) -> Status {
      if (step == kStep - 1 && micro == faulty_micro) fault((*times)++);
      return good(step, micro, out);
    };
    return TinyRun(settings(retry), files_, folder_ / "checkpoints", source);
  }

  // Memory that changes by itself: what no interface allows.
  static float& weight(Trainer& trainer, const std::string& name) {
    return const_cast<float&>(trainer.plan().layout.at(name).of(trainer.parameters())[5]);
  }

  // Of a run that is to fail in step kStep.
  static std::string message_of(TinyRun& tiny) {
    if (tiny.records().empty()) tiny.trainer().initialize();
    const Status status = tiny.run_to(kStep);
    EXPECT_EQ(std::ssize(tiny.records()), status ? kStep : kStep - 1);
    if (status) return "none";
    EXPECT_EQ(status.error().code, ErrorCode::kMismatch);
    EXPECT_EQ(tiny.trainer().corruption()->step, kStep);
    EXPECT_FALSE(tiny.trainer().corruption()->settled);
    return status.error().message;
  }

  system::TemporaryFolder folder_;
  system::Files& files_ = system::posix_files();
};

TEST_F(RecheckTest, ASoundMachineAgreesWithItselfAndItsBitsDoNotShowIt) {
  TrainingSettings every = tiny_settings();
  every.recheck = {.every_steps = 1};
  EXPECT_EQ(test::digest_at(every, 7), test::digest_at(tiny_settings(), 7));
  EXPECT_EQ(test::digest_at(settings(true), 7), test::digest_at(tiny_settings(), 7));
}

TEST_F(RecheckTest, ABitFlippedInAnActivationIsFound) {
  bool armed = false;
  TinyRun tiny = run(false, 2, [&](int64_t time) { armed = time == 0; });
  ASSERT_TRUE(tiny.trainer().executor().observe("blocks.1.mlp.down", [&](std::span<float> values) {
    if (std::exchange(armed, false)) flip_bit(values[17], 20);
  }));
  const std::string message = message_of(tiny);
  EXPECT_TRUE(message.starts_with("step 6: made twice from the same state, the loss is "))
      << message;
}

TEST_F(RecheckTest, ABitFlippedInAGradientIsFoundAndNamed) {
  bool armed = false;
  TinyRun tiny = run(false, 1, [&](int64_t time) { armed = time == 1; });
  ASSERT_TRUE(tiny.trainer().executor().observe("blocks.0.norm1.weight.gradient",
                                                [&](std::span<float> values) {
                                                  if (std::exchange(armed, false))
                                                    flip_bit(values[3], 12);
                                                }));
  const std::string message = message_of(tiny);
  EXPECT_TRUE(message.starts_with(
      "step 6: made twice from the same state, the gradient of blocks.0.norm1.weight differs"))
      << message;
}

TEST_F(RecheckTest, ABitFlippedInAWeightDuringTheStepIsFound) {
  Trainer* trainer = nullptr;
  TinyRun tiny = run(false, 3, [&](int64_t time) {
    if (time == 0) flip_bit(weight(*trainer, "blocks.0.attn.qkv.weight"), 22);
  });
  trainer = &tiny.trainer();
  const std::string message = message_of(tiny);
  EXPECT_TRUE(message.starts_with("step 6: made twice from the same state, the loss is "))
      << message;
}

TEST_F(RecheckTest, ABitFlippedInAWeightBetweenTwoStepsIsFoundAndNamed) {
  TinyRun tiny = run(true, 0, [](int64_t) {});
  tiny.trainer().initialize();
  ASSERT_TRUE(tiny.run_to(kStep - 1));
  flip_bit(weight(tiny.trainer(), "blocks.0.attn.qkv.weight"), 0);
  const std::string message = message_of(tiny);
  EXPECT_TRUE(message.starts_with(
      "step 6: parameter blocks.0.attn.qkv.weight differs from what the step before left. "))
      << message;
}

TEST_F(RecheckTest, AThirdTimeSettlesIt) {
  const crypto::Digest expected = test::digest_at(tiny_settings(), 8);
  for (const int64_t faulty_time : {0, 1}) {
    Trainer* trainer = nullptr;
    TinyRun tiny = run(true, 3, [&](int64_t time) {
      if (time == faulty_time) flip_bit(weight(*trainer, "blocks.1.mlp.down.weight"), 22);
    });
    trainer = &tiny.trainer();
    trainer->initialize();
    ASSERT_TRUE(tiny.run_to(kStep));
    ASSERT_TRUE(tiny.trainer().corruption());
    EXPECT_TRUE(tiny.trainer().corruption()->settled);
    EXPECT_EQ(tiny.trainer().corruption()->step, kStep);
    ASSERT_TRUE(tiny.run_to(8));
    EXPECT_FALSE(tiny.trainer().corruption());
    EXPECT_EQ(tiny.trainer().parameter_digest(), expected) << faulty_time;
  }
}

TEST_F(RecheckTest, AMachineThatNeverAgreesIsNotBelieved) {
  Trainer* trainer = nullptr;
  TinyRun tiny = run(true, 3, [&](int64_t time) {
    if (time < 2)
      flip_bit(weight(*trainer, "blocks.1.mlp.down.weight"), 20 + static_cast<int>(time));
  });
  trainer = &tiny.trainer();
  const std::string message = message_of(tiny);
  EXPECT_NE(message.find(", and a third time agrees with neither. "), std::string::npos) << message;
}

TEST(FirstDifference, NamesTheStateWhereOnlyTheUpdateDiffers) {
  StepTrace first;
  first.state.parameters["w"] = crypto::sha256("1");
  first.state.optimizer["w.m"] = crypto::sha256("2");
  StepTrace again = first;
  EXPECT_FALSE(first_difference(first, again));
  again.state.optimizer["w.m"] = crypto::sha256("3");
  EXPECT_EQ(first_difference(first, again), "optimizer state w.m differs");
  again.state.parameters["w"] = crypto::sha256("3");
  EXPECT_EQ(first_difference(first, again), "parameter w differs");
}

}  // namespace
}  // namespace glass::engine
