#include "glass/engine/train/preference.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/train/initial_parameters.h"
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

// Each sequence of a batch of 2 x 24 holds a pair: rows 0 to 9 and rows 10 to 23. The chosen answer
// counts upwards, the rejected one downwards.
Status pairs(int64_t step, int64_t micro, data::Batch& out) {
  out.token_N.assign(48, 0);
  out.target_N.assign(48, -1);
  out.position_N.assign(48, 0);
  out.first_key.assign(48, 0);
  out.pairs.clear();
  for (int32_t sequence = 0; sequence < 2; ++sequence) {
    const int32_t base = sequence * 24;
    for (int32_t row = 0; row < 24; ++row) {
      const bool chosen = row < 10;
      const int32_t place = chosen ? row : row - 10;
      const auto at = static_cast<size_t>(base + row);
      const auto start = static_cast<int32_t>((step * 8 + micro * 2 + sequence) % 7);
      const auto value = [&](int32_t t) { return 1 + (28 + start + (chosen ? t : -t)) % 28; };
      out.token_N[at] = value(place);
      out.position_N[at] = place;
      out.first_key[at] = chosen ? 0 : 10;
      if (place >= 3) out.target_N[at] = value(place + 1);
    }
    out.pairs.push_back({.chosen_begin = base,
                         .chosen_end = base + 10,
                         .rejected_begin = base + 10,
                         .rejected_end = base + 24});
  }
  return {};
}

TrainingSettings preferring(PreferenceLoss loss = PreferenceLoss::kSigmoid) {
  TrainingSettings settings = tiny_settings();
  settings.from_start = true;
  settings.preference = {.loss = loss, .beta = 0.5};
  return settings;
}

// The tiny model as its seed makes it.
const ModelFile& start_model() {
  static const ModelFile model = [] {
    SerialParallel serial;
    const DecoderConfig config = tiny_settings().model;
    const auto specs = parameters(config).value();
    const ParameterLayout layout = layout_of(specs, tiny_settings());
    FloatBuffer values(layout.floats());
    fill_initial_parameters(specs, layout, {.seed = 3}, values.span(), *find_kernels(""), serial);
    ModelFile file{.config = config, .tensors = {}};
    for (const ParameterSlot& slot : layout.slots()) {
      const auto part = slot.of(values.span());
      file.tensors[slot.name] = {.shape = slot.shape, .values = {part.begin(), part.end()}};
    }
    return file;
  }();
  return model;
}

class PreferenceTest : public testing::Test {
 protected:
  [[nodiscard]] TinyRun run(const TrainingSettings& settings) {
    return TinyRun(settings, system::posix_files(), folder_ / "checkpoints", pairs, &start_);
  }

  TensorViews start_ = views(start_model());
  system::TemporaryFolder folder_;
};

TEST(PairLoss, IsTheFormulaOfThePapersWithItsSlope) {
  for (const PreferenceLoss loss :
       {PreferenceLoss::kSigmoid, PreferenceLoss::kHinge, PreferenceLoss::kIpo}) {
    for (const double h : {-40.0, -3.0, -0.2, 0.0, 0.3, 5.0, 40.0}) {
      const double beta = 0.3;
      const auto formula = [&](double at) {
        if (loss == PreferenceLoss::kSigmoid) return std::log1p(std::exp(-beta * at));
        if (loss == PreferenceLoss::kHinge) return std::max(0.0, 1 - beta * at);
        return (at - 1 / (2 * beta)) * (at - 1 / (2 * beta));
      };
      const PairLoss found = pair_loss({.loss = loss, .beta = beta}, static_cast<float>(h));
      EXPECT_NEAR(static_cast<double>(found.loss), formula(h), 1e-6 * (1 + formula(h))) << h;
      const double slope = (formula(h + 1e-5) - formula(h - 1e-5)) / 2e-5;
      EXPECT_NEAR(static_cast<double>(found.slope), slope, 1e-4 * (1 + std::abs(slope))) << h;
    }
  }
}

TEST_F(PreferenceTest, TheFirstLossIsExactlyLogTwo) {
  for (const auto& [adapters, numerics] : {std::pair{false, Numerics::kPortable1},
                                           {true, Numerics::kPortable1},
                                           {false, Numerics::kPortable1Bf16},
                                           {true, Numerics::kPortable1Bf16}}) {
    TrainingSettings settings = preferring();
    settings.numerics = numerics;
    if (adapters)
      settings.model.adapters = {
          .rank = 2, .alpha = 4, .qkv = true, .out = true, .up = true, .down = true};
    TinyRun tiny = run(settings);
    tiny.trainer().initialize();
    ASSERT_TRUE(tiny.run_to(1));
    EXPECT_EQ(std::bit_cast<uint32_t>(tiny.records()[0].loss),
              std::bit_cast<uint32_t>(std::numbers::ln2_v<float>));
    EXPECT_EQ(tiny.records()[0].tokens, 8);  // pairs of four micro-batches
    EXPECT_EQ(tiny.records()[0].preference, (PreferenceFigures{.preferred = 0, .margin = 0}));
  }
}

TEST_F(PreferenceTest, TheFirstLossesOfTheOthersAreTheirFormulas) {
  TinyRun hinge = run(preferring(PreferenceLoss::kHinge));
  hinge.trainer().initialize();
  ASSERT_TRUE(hinge.run_to(1));
  EXPECT_EQ(hinge.records()[0].loss, 1.0F);
  TinyRun ipo = run(preferring(PreferenceLoss::kIpo));
  ipo.trainer().initialize();
  ASSERT_TRUE(ipo.run_to(1));
  EXPECT_EQ(ipo.records()[0].loss, 1.0F);  // (1 / (2 beta))^2, beta one half
}

TEST_F(PreferenceTest, LearnsToPrefer) {
  for (const PreferenceLoss loss :
       {PreferenceLoss::kSigmoid, PreferenceLoss::kHinge, PreferenceLoss::kIpo}) {
    TinyRun tiny = run(preferring(loss));
    tiny.trainer().initialize();
    ASSERT_TRUE(tiny.run_to(20));
    const StepRecord& last = tiny.records().back();
    EXPECT_LT(last.loss, 0.3F * tiny.records().front().loss);
    EXPECT_EQ(last.preference->preferred, last.tokens);
    EXPECT_GT(last.preference->margin, 0.5F);
  }
}

// A step of plain descent moves the loss by the rate times the squared norm of its gradient, which
// is that of the recorded norm: the weights of the rows are the derivative.
TEST_F(PreferenceTest, TheGradientIsThatOfTheLoss) {
  TrainingSettings settings = preferring();
  settings.optimizer = {.kind = OptimizerKind::kSgd, .beta1 = 0, .weight_decay = 0, .clip_norm = 0};
  settings.schedule = {.kind = ScheduleKind::kConstant, .peak = 1e-4, .steps = 20};
  const auto same = [](int64_t, int64_t micro, data::Batch& out) { return pairs(0, micro, out); };
  TinyRun tiny(settings, system::posix_files(), folder_ / "checkpoints", same, &start_);
  tiny.trainer().initialize();
  ASSERT_TRUE(tiny.run_to(2));
  const StepRecord& first = tiny.records()[0];
  const double fall = static_cast<double>(first.loss) - static_cast<double>(tiny.records()[1].loss);
  const double norm = static_cast<double>(first.gradient_norm);
  EXPECT_NEAR(fall / (1e-4 * norm * norm), 1.0, 0.02);
}

TEST_F(PreferenceTest, AnyNumberOfWorkersAndRecomputationGiveTheSameBits) {
  const auto digest = [&](const TrainingSettings& settings) {
    TinyRun tiny = run(settings);
    tiny.trainer().initialize();
    EXPECT_TRUE(tiny.run_to(4));
    return tiny.trainer().parameter_digest();
  };
  const crypto::Digest expected = digest(preferring());
  TrainingSettings settings = preferring();
  settings.workers = 3;
  EXPECT_EQ(digest(settings), expected);
  settings = preferring();
  settings.recompute = Recompute::kBlocks;
  EXPECT_EQ(digest(settings), expected);
}

TEST_F(PreferenceTest, ABatchWithoutPairsAndATrainingWithoutAStartAreRefused) {
  TinyRun tiny(preferring(), system::posix_files(), folder_ / "checkpoints",
               synthetic_batches({.sequences = 2, .positions = 24}, 29, 7), &start_);
  tiny.trainer().initialize();
  EXPECT_EQ(tiny.run_to(1).error().message, "a batch of preferences has no pair of answers");
  TrainingSettings settings = preferring();
  settings.from_start = false;
  EXPECT_FALSE(plan_training(settings, *find_kernels(""), 1));
}

}  // namespace
}  // namespace glass::engine
