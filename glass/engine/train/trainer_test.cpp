#include "glass/engine/train/trainer.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/optim/schedule.h"
#include "glass/engine/train/replay.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/synthetic_batches.h"
#include "glass/engine/train/train_test_kit.h"
#include "glass/engine/train/training_plan.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::engine {
namespace {

using test::tiny_settings;
using test::TinyRun;

class TrainerTest : public testing::Test {
 protected:
  [[nodiscard]] TinyRun run(const TrainingSettings& settings, BatchSource source = nullptr) {
    return TinyRun(settings, files_, folder_ / "checkpoints", std::move(source));
  }

  system::TemporaryFolder folder_;
  system::Files& files_ = system::posix_files();
};

TEST_F(TrainerTest, Learns) {
  TinyRun tiny = run(tiny_settings());
  tiny.trainer().initialize();
  const HeldOutSource held_out = synthetic_held_out({.sequences = 2, .positions = 24}, 29, 7, 3);
  const auto before = tiny.trainer().evaluate(held_out, 1 << 20);
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_NEAR(static_cast<double>(before->loss), std::log(29), 0.1);
  EXPECT_EQ(before->targets, 3 * 48);
  EXPECT_NEAR(before->bits_per_byte, static_cast<double>(before->loss) / std::log(2) / 3, 1e-6);
  ASSERT_TRUE(tiny.run_to(20));
  EXPECT_TRUE(tiny.trainer().done());
  EXPECT_LT(tiny.records().back().loss, 0.8F * tiny.records().front().loss);
  EXPECT_EQ(tiny.records().front().tokens, 4 * 48);
  EXPECT_EQ(tiny.records()[1].learning_rate, learning_rate(tiny_settings().schedule, 1));
  EXPECT_LT(tiny.trainer().evaluate(held_out, 1)->loss, before->loss);
  EXPECT_EQ(tiny.trainer().evaluate(held_out, 1)->targets, 48);
}

TEST_F(TrainerTest, ACheckpointIsDueEverySoOftenAndAtTheEnd) {
  TrainingSettings settings = tiny_settings();
  settings.schedule.steps = 7;
  TinyRun tiny = run(settings);
  tiny.trainer().initialize();
  ASSERT_TRUE(tiny.run_to(7));
  for (const StepRecord& record : tiny.records())
    EXPECT_EQ(record.parameters.has_value(), record.step == 5 || record.step == 7) << record.step;
  EXPECT_EQ(tiny.records().back().parameters, tiny.trainer().parameter_digest());
}

TEST_F(TrainerTest, AStepThatIsEndedWithinChangesNothing) {
  TinyRun tiny = run(tiny_settings());
  tiny.trainer().initialize();
  ASSERT_TRUE(tiny.run_to(2));
  const crypto::Digest before = tiny.trainer().parameter_digest();
  int asked = 0;
  tiny.trainer().executor().ask_before_each_node([&asked]() -> Status {
    return ++asked < 40 ? Status() : Status(fail(ErrorCode::kInterrupted, "enough"));
  });
  const auto step = tiny.trainer().step();
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(asked, 40);
  EXPECT_EQ(tiny.trainer().progress().step, 2);
  EXPECT_EQ(tiny.trainer().parameter_digest(), before);
}

TEST_F(TrainerTest, AnyNumberOfWorkersGivesTheSameBits) {
  const crypto::Digest expected = test::digest_at(tiny_settings(), 6);
  for (const int64_t workers : {2, 3, 4, 5}) {
    TrainingSettings settings = tiny_settings();
    settings.workers = workers;
    EXPECT_EQ(test::digest_at(settings, 6), expected) << workers;
  }
}

TEST_F(TrainerTest, RecomputationGivesTheSameBits) {
  const crypto::Digest expected = test::digest_at(tiny_settings(), 4);
  for (const Recompute recompute : {Recompute::kLight, Recompute::kBlocks}) {
    TrainingSettings settings = tiny_settings();
    settings.recompute = recompute;
    EXPECT_EQ(test::digest_at(settings, 4), expected) << name(recompute);
  }
}

TEST_F(TrainerTest, AnotherSeedGivesOtherBits) {
  TrainingSettings settings = tiny_settings();
  settings.seed = 8;
  EXPECT_NE(test::digest_at(settings, 1), test::digest_at(tiny_settings(), 1));
}

TEST_F(TrainerTest, RefusesABatchThatDoesNotFit) {
  const BatchSource good = synthetic_batches({.sequences = 2, .positions = 24}, 29, 7);
  TinyRun tiny = run(tiny_settings(), [&](int64_t step, int64_t micro, data::Batch& out) -> Status {
    GLASS_TRY_STATUS(good(step, micro, out));
    if (micro == 2) out.token_N[5] = 29;
    return {};
  });
  tiny.trainer().initialize();
  const Status status = tiny.run_to(1);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "a batch has token 29, allowed are 0 to 28");
}

TEST_F(TrainerTest, SettingsThatContradictEachOtherAreRefusedBeforeAnythingRuns) {
  const auto refused = [](auto change) {
    TrainingSettings settings = tiny_settings();
    change(settings);
    return !plan_training(settings, *find_kernels(""), 1).has_value();
  };
  EXPECT_FALSE(refused([](TrainingSettings&) {}));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.micro_batch.positions = 25; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.micro_batches = 0; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.checkpoint_every = 0; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.retention.keep_last = 0; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.policy.on_non_finite = Action::kRecord; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.policy.loss_spike_factor = 1; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.policy.max_events_in_a_row = 0; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.policy.max_roll_backs = -1; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.recheck.every_steps = -1; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.average.decay = 1; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.average.use = true; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.regularization.label_smoothing = 1; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.regularization.residual_dropout = -0.1; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.schedule.peak = 0; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.optimizer.beta1 = 1; }));
  EXPECT_FALSE(refused([](TrainingSettings& s) { s.optimizer.groups = {{.names = {"norm.*"}}}; }));
  EXPECT_TRUE(refused([](TrainingSettings& s) { s.optimizer.groups = {{.names = {"head.*"}}}; }));
}

TEST_F(TrainerTest, ParametersHaveRoles) {
  TrainingSettings settings = tiny_settings();
  settings.model.tied_embeddings = false;
  settings.model.qkv_bias = true;
  const auto plan = plan_training(settings, *find_kernels(""), 1);
  ASSERT_TRUE(plan);
  const auto role = [&](std::string_view name) { return plan->layout.at(name).traits.role; };
  EXPECT_EQ(role("embed.weight"), ParameterRole::kEmbedding);
  EXPECT_EQ(role("head.weight"), ParameterRole::kHead);
  EXPECT_EQ(role("blocks.1.attn.qkv.weight"), ParameterRole::kMatrix);
  EXPECT_EQ(role("blocks.1.attn.qkv.bias"), ParameterRole::kBias);
  EXPECT_EQ(role("norm.weight"), ParameterRole::kNorm);
}

TEST_F(TrainerTest, MuonTakesFusedLayersApart) {
  TrainingSettings settings = tiny_settings();
  settings.optimizer.kind = OptimizerKind::kMuon;
  const auto plan = plan_training(settings, *find_kernels(""), 1);
  ASSERT_TRUE(plan);
  const auto rows = [&](std::string_view name) { return plan->layout.at(name).traits.matrix_rows; };
  EXPECT_EQ(rows("blocks.0.attn.qkv.weight"), (std::vector<int64_t>{16, 8, 8}));
  EXPECT_EQ(rows("blocks.0.mlp.gate_up.weight"), (std::vector<int64_t>{24, 24}));
  EXPECT_EQ(rows("blocks.0.mlp.down.weight"), (std::vector<int64_t>{16}));
  EXPECT_TRUE(rows("embed.weight").empty());
  EXPECT_TRUE(rows("norm.weight").empty());
}

// What this room can do besides the plain training, all at once.
TrainingSettings every_option() {
  TrainingSettings settings = tiny_settings();
  settings.optimizer.kind = OptimizerKind::kMuon;
  settings.optimizer.groups = {{.roles = {ParameterRole::kEmbedding}, .learning_rate = 0.5}};
  settings.regularization = {.label_smoothing = 0.1,
                             .z_loss = 1e-3,
                             .embedding_dropout = 0.1,
                             .residual_dropout = 0.1,
                             .attention_dropout = 0.1};
  settings.average = {.decay = 0.9, .use = true};
  settings.recheck.every_steps = 7;
  return settings;
}

TEST_F(TrainerTest, EveryOptionGivesTheSameBitsOnAnyWorkersAndWithRecomputation) {
  const crypto::Digest expected = test::digest_at(every_option(), 4);
  EXPECT_NE(expected, test::digest_at(tiny_settings(), 4));
  for (const int64_t workers : {2, 3}) {
    TrainingSettings settings = every_option();
    settings.workers = workers;
    EXPECT_EQ(test::digest_at(settings, 4), expected) << workers;
  }
  TrainingSettings settings = every_option();
  settings.recompute = Recompute::kBlocks;
  EXPECT_EQ(test::digest_at(settings, 4), expected);
}

TEST_F(TrainerTest, EveryOptionIsResumedAndReplayedWithTheSameBits) {
  TinyRun whole = run(every_option());
  whole.trainer().initialize();
  ASSERT_TRUE(whole.run_to(20));
  ASSERT_TRUE(whole.trainer().finish());
  EXPECT_LT(whole.records().back().loss, whole.records().front().loss);
  EXPECT_EQ(whole.records().back().average, whole.trainer().model_digest());
  EXPECT_NE(whole.records().back().average, whole.records().back().parameters);

  TinyRun again = run(every_option());
  const std::span<const StepRecord> records = whole.records();
  const Status replayed = replay_segment(again.trainer(), records.subspan(10),
                                         [](const StepRecord&) { return Status(); });
  EXPECT_TRUE(replayed) << replayed.error().message;

  TinyRun resumed = run(every_option());
  const auto from = resumed.trainer().resume(17);
  ASSERT_TRUE(from) << from.error().message;
  EXPECT_EQ(from->step, 15);
  ASSERT_TRUE(resumed.run_to(20));
  EXPECT_EQ(resumed.trainer().model_digest(), whole.trainer().model_digest());
}

TEST_F(TrainerTest, TheAverageFollowsTheWeights) {
  TrainingSettings settings = tiny_settings();
  settings.average.decay = 0.75;
  TinyRun tiny = run(settings);
  tiny.trainer().initialize();
  std::vector<double> average(tiny.trainer().parameters().begin(),
                              tiny.trainer().parameters().end());
  settings.average.use = true;
  for (int64_t step = 1; step <= 3; ++step) {
    ASSERT_TRUE(tiny.run_to(step));
    for (size_t i = 0; i < average.size(); ++i)
      average[i] = 0.75 * average[i] + 0.25 * static_cast<double>(tiny.trainer().parameters()[i]);
  }
  TinyRun averaged = run(settings);
  averaged.trainer().initialize();
  ASSERT_TRUE(averaged.run_to(3));
  for (const ParameterSlot& slot : averaged.trainer().plan().layout.slots()) {
    const std::span<const double> expected = slot.of(std::span<const double>(average));
    const std::span<const float> found = averaged.trainer().model().at(slot.name).values;
    for (size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(static_cast<double>(found[i]), expected[i], 1e-6) << slot.name << i;
  }
  EXPECT_EQ(averaged.trainer().parameter_digest(), tiny.trainer().parameter_digest());
}

TEST_F(TrainerTest, ACheckpointWithoutTheAverageIsRefused) {
  TinyRun plain = run(tiny_settings());
  plain.trainer().initialize();
  ASSERT_TRUE(plain.run_to(5));
  ASSERT_TRUE(plain.trainer().finish());
  TrainingSettings settings = tiny_settings();
  settings.average.decay = 0.9;
  TinyRun averaged = run(settings);
  const auto resumed = averaged.trainer().resume(5);
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().code, ErrorCode::kInvalidInput);
}

TEST_F(TrainerTest, EvaluationDropsNothing) {
  TrainingSettings settings = tiny_settings();
  settings.regularization = {.label_smoothing = 0.1, .z_loss = 0.1, .residual_dropout = 0.5};
  TinyRun tiny = run(settings), plain = run(tiny_settings());
  tiny.trainer().initialize();
  plain.trainer().initialize();
  const HeldOutSource held_out = synthetic_held_out({.sequences = 2, .positions = 24}, 29, 7, 3);
  EXPECT_EQ(tiny.trainer().evaluate(held_out, 1 << 20)->loss,
            plain.trainer().evaluate(held_out, 1 << 20)->loss);
}

TEST_F(TrainerTest, MemoryIsKnownBeforeAndCountsTheSnapshot) {
  const auto plan = plan_training(tiny_settings(), *find_kernels(""), 1);
  ASSERT_TRUE(plan);
  const int64_t buffer = plan->layout.floats() * 4;
  EXPECT_EQ(plan->memory.optimizer, 5 * buffer);
  EXPECT_EQ(plan->memory.gradients, 3 * buffer);
  EXPECT_GT(plan->memory.arena, 0);
  TrainingSettings rechecked = tiny_settings();
  rechecked.recheck.every_steps = 10;
  EXPECT_EQ(plan_training(rechecked, *find_kernels(""), 1)->memory.optimizer, 8 * buffer);
  TrainingSettings averaged = tiny_settings();
  averaged.average.decay = 0.9;
  EXPECT_EQ(plan_training(averaged, *find_kernels(""), 1)->memory.optimizer, 7 * buffer);
}

// --- Steps that go wrong. A huge learning rate makes the loss infinite sooner or later; here the
// parameters are spoilt by hand instead, at a known step.

class EventTest : public TrainerTest {
 protected:
  // The batches of these steps (from 0) have one target only, which no model predicts: a spike.
  static BatchSource surprising(std::set<int64_t> steps) {
    const BatchSource plain = synthetic_batches({.sequences = 2, .positions = 24}, 29, 7);
    return [=](int64_t step, int64_t micro, data::Batch& out) -> Status {
      GLASS_TRY_STATUS(plain(step, micro, out));
      if (steps.contains(step)) {
        for (auto& target : out.target_N) target = 28 - target;
      }
      return {};
    };
  }

  static TrainingSettings long_settings(Action on_spike) {
    TrainingSettings settings = tiny_settings();
    settings.schedule.steps = 90;
    settings.checkpoint_every = 10;
    settings.policy = {
        .on_non_finite = Action::kStop, .on_loss_spike = on_spike, .loss_spike_factor = 1.4};
    return settings;
  }
};

TEST_F(EventTest, ASpikeIsRecordedAndTheStepMade) {
  TinyRun tiny = run(long_settings(Action::kRecord), surprising({75}));
  tiny.trainer().initialize();
  ASSERT_TRUE(tiny.run_to(78));
  const StepRecord& spike = tiny.records()[75];
  EXPECT_EQ(spike.event,
            (StepEvent{.cause = Cause::kLossSpike, .action = Action::kRecord, .back_to = 0}));
  EXPECT_EQ(tiny.trainer().progress().updates, 78);
  for (const StepRecord& record : tiny.records())
    EXPECT_EQ(record.event.has_value(), record.step == 76) << record.step;
}

TEST_F(EventTest, ASkippedStepLeavesTheParametersAsTheyWere) {
  TinyRun tiny = run(long_settings(Action::kSkipStep), surprising({75}));
  tiny.trainer().initialize();
  ASSERT_TRUE(tiny.run_to(75));
  const crypto::Digest before = tiny.trainer().parameter_digest();
  ASSERT_TRUE(tiny.run_to(76));
  EXPECT_EQ(tiny.trainer().parameter_digest(), before);
  EXPECT_EQ(tiny.trainer().progress().updates, 75);
  EXPECT_EQ(tiny.trainer().progress().events_in_a_row, 1);
  ASSERT_TRUE(tiny.run_to(77));
  EXPECT_NE(tiny.trainer().parameter_digest(), before);
  EXPECT_EQ(tiny.trainer().progress().events_in_a_row, 0);
}

TEST_F(EventTest, ARollBackReturnsToTheLastCheckpoint) {
  TinyRun tiny = run(long_settings(Action::kRollBack), surprising({75}));
  tiny.trainer().initialize();
  ASSERT_TRUE(tiny.run_to(70));
  const crypto::Digest at_70 = tiny.trainer().parameter_digest();
  ASSERT_TRUE(tiny.run_to(76));
  EXPECT_EQ(tiny.records().back().event,
            (StepEvent{.cause = Cause::kLossSpike, .action = Action::kRollBack, .back_to = 70}));
  EXPECT_EQ(tiny.trainer().parameter_digest(), at_70);
  EXPECT_EQ(tiny.trainer().progress().updates, 70);
  EXPECT_EQ(tiny.trainer().progress().step, 76);
}

// Before the first checkpoint: that state is made again.
TEST_F(EventTest, ARollBackReturnsToTheBeginning) {
  TrainingSettings settings = long_settings(Action::kRollBack);
  settings.checkpoint_every = 1000;
  settings.average.decay = 0.9;
  TinyRun tiny = run(settings, surprising({75}));
  tiny.trainer().initialize();
  const crypto::Digest beginning = tiny.trainer().parameter_digest();
  ASSERT_TRUE(tiny.run_to(76));
  EXPECT_EQ(tiny.records().back().event,
            (StepEvent{.cause = Cause::kLossSpike, .action = Action::kRollBack, .back_to = 0}));
  EXPECT_EQ(tiny.trainer().parameter_digest(), beginning);
  EXPECT_EQ(tiny.trainer().progress().updates, 0);
  EXPECT_EQ(tiny.trainer().progress().step, 76);
  ASSERT_TRUE(tiny.run_to(80));

  TinyRun again = run(settings, surprising({75}));
  ASSERT_TRUE(again.trainer().restore(0));
  ASSERT_TRUE(again.run_to(80));
  EXPECT_EQ(again.trainer().parameter_digest(), tiny.trainer().parameter_digest());
}

TEST_F(EventTest, AStopEndsTheTraining) {
  TinyRun tiny = run(long_settings(Action::kStop), surprising({75}));
  tiny.trainer().initialize();
  ASSERT_TRUE(tiny.run_to(76));
  EXPECT_EQ(tiny.records().back().event->action, Action::kStop);
  const Status status = tiny.run_to(77);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("step 76 ended the training"), std::string::npos);
}

TEST_F(EventTest, TooManyEventsInARowEndTheTraining) {
  std::set<int64_t> steps;
  for (int64_t step = 70; step < 90; ++step) steps.insert(step);
  TinyRun tiny = run(long_settings(Action::kSkipStep), surprising(steps));
  tiny.trainer().initialize();
  EXPECT_FALSE(tiny.run_to(90));
  EXPECT_EQ(tiny.records().size(), 70U + 8U);
  EXPECT_EQ(tiny.records().back().event->action, Action::kStop);
}

TEST_F(EventTest, TheRecipeSaysHowManyEventsInARow) {
  TrainingSettings settings = long_settings(Action::kSkipStep);
  settings.policy.max_events_in_a_row = 2;
  TinyRun tiny = run(settings, surprising({70, 72, 73}));
  tiny.trainer().initialize();
  EXPECT_FALSE(tiny.run_to(90));
  EXPECT_EQ(tiny.records().size(), 74U);
}

// Rolled back at 72 and 76, the third one at 82 is one too many, also for a run that was resumed.
TEST_F(EventTest, RollBacksOverTheWholeTrainingAreBounded) {
  TrainingSettings settings = long_settings(Action::kRollBack);
  settings.policy.max_roll_backs = 2;
  const BatchSource source = surprising({71, 75, 81});
  TinyRun whole = run(settings, source);
  whole.trainer().initialize();
  EXPECT_FALSE(whole.run_to(90));
  EXPECT_EQ(whole.records().size(), 82U);
  EXPECT_EQ(whole.records().back().event,
            (StepEvent{.cause = Cause::kLossSpike, .action = Action::kStop, .back_to = 0}));
  EXPECT_EQ(whole.trainer().progress().roll_backs, 2);
  ASSERT_TRUE(whole.trainer().finish());

  TinyRun resumed = run(settings, source);
  const auto from = resumed.trainer().resume(80);
  ASSERT_TRUE(from) << from.error().message;
  EXPECT_EQ(from->step, 80);
  EXPECT_EQ(resumed.trainer().progress().roll_backs, 2);
  EXPECT_FALSE(resumed.run_to(90));
  EXPECT_EQ(resumed.records().back().event, whole.records().back().event);
}

TEST_F(EventTest, ALossThatIsNotFiniteIsNoticed) {
  TrainingSettings settings = tiny_settings();
  settings.schedule = {.kind = ScheduleKind::kConstant, .peak = 1e30, .steps = 20};
  settings.policy.on_non_finite = Action::kSkipStep;
  TinyRun tiny = run(settings);
  tiny.trainer().initialize();
  ASSERT_FALSE(tiny.run_to(20));
  EXPECT_EQ(tiny.records().back().event->cause, Cause::kNonFinite);
  const Json json = to_json(tiny.records().back());
  EXPECT_TRUE(json.find("loss")->find("value")->is_null() ||
              json.find("gradient_norm")->find("value")->is_null());
}

TEST_F(EventTest, AResumeAndAReplayMeetTheSameEvents) {
  const TrainingSettings settings = long_settings(Action::kRollBack);
  const BatchSource source = surprising({75, 76, 83});
  TinyRun whole = run(settings, source);
  whole.trainer().initialize();
  ASSERT_TRUE(whole.run_to(90));
  ASSERT_TRUE(whole.trainer().finish());
  const crypto::Digest expected = whole.trainer().parameter_digest();

  // keep_last is 3: 70, 80 and 90 are there.
  TinyRun again = run(settings, source);
  const std::span<const StepRecord> records = whole.records();
  const Status replayed = replay_segment(again.trainer(), records.subspan(70),
                                         [](const StepRecord&) { return Status(); });
  EXPECT_TRUE(replayed) << replayed.error().message;

  TinyRun resumed = run(settings, source);
  const auto from = resumed.trainer().resume(75);
  ASSERT_TRUE(from) << from.error().message;
  EXPECT_EQ(from->step, 70);
  ASSERT_TRUE(resumed.run_to(90));
  EXPECT_EQ(resumed.trainer().parameter_digest(), expected);
}

}  // namespace
}  // namespace glass::engine
