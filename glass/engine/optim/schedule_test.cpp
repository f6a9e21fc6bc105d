#include "glass/engine/optim/schedule.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"

namespace glass::engine {
namespace {

TEST(Schedule, WarmUpRisesInALineToThePeak) {
  const Schedule s{.kind = ScheduleKind::kConstant, .peak = 0.5, .steps = 100, .warmup_steps = 10};
  ASSERT_TRUE(check(s));
  EXPECT_EQ(learning_rate(s, 0), 0.05F);
  EXPECT_EQ(learning_rate(s, 4), 0.25F);
  EXPECT_EQ(learning_rate(s, 9), 0.5F);
  EXPECT_EQ(learning_rate(s, 10), 0.5F);
  EXPECT_EQ(learning_rate(s, 99), 0.5F);
}

TEST(Schedule, CosineFollowsHalfACosineToTheFinalFraction) {
  const Schedule s{.kind = ScheduleKind::kCosine,
                   .peak = 3e-3,
                   .final_fraction = 0.1,
                   .steps = 111,
                   .warmup_steps = 10};
  ASSERT_TRUE(check(s));
  EXPECT_EQ(learning_rate(s, 10), 3e-3F);
  EXPECT_EQ(learning_rate(s, 110), 3e-4F);
  EXPECT_EQ(learning_rate(s, 500), 3e-4F);
  for (int64_t step = 10; step < 111; ++step) {
    const double p = static_cast<double>(step - 10) / 100;
    const double exact = 3e-4 + 0.5 * (3e-3 - 3e-4) * (1 + std::cos(std::numbers::pi * p));
    EXPECT_NEAR(static_cast<double>(learning_rate(s, step)), exact, 1e-9) << step;
  }
}

TEST(Schedule, LinearFallsInALine) {
  const Schedule s{.kind = ScheduleKind::kLinear, .peak = 1, .final_fraction = 0, .steps = 5};
  EXPECT_EQ(learning_rate(s, 0), 1.0F);
  EXPECT_EQ(learning_rate(s, 2), 0.5F);
  EXPECT_EQ(learning_rate(s, 4), 0.0F);
}

TEST(Schedule, WsdHoldsThePeakUntilTheDecay) {
  Schedule s{.kind = ScheduleKind::kWsd,
             .peak = 1,
             .final_fraction = 0,
             .steps = 100,
             .warmup_steps = 10,
             .decay_steps = 21};
  ASSERT_TRUE(check(s));
  EXPECT_EQ(learning_rate(s, 10), 1.0F);
  EXPECT_EQ(learning_rate(s, 79), 1.0F);
  EXPECT_EQ(learning_rate(s, 84), 0.75F);
  EXPECT_EQ(learning_rate(s, 99), 0.0F);
  s.decay_shape = DecayShape::kSqrt;
  EXPECT_EQ(learning_rate(s, 84), 0.5F);
  EXPECT_EQ(learning_rate(s, 99), 0.0F);
}

TEST(Schedule, ASingleStepHasThePeakRate) {
  const Schedule s{.kind = ScheduleKind::kCosine, .peak = 0.25, .steps = 1};
  ASSERT_TRUE(check(s));
  EXPECT_EQ(learning_rate(s, 0), 0.25F);
}

Schedule in_pieces(int64_t steps, std::vector<SchedulePiece> pieces) {
  return {.kind = ScheduleKind::kPieces, .peak = 0.5, .steps = steps, .pieces = std::move(pieces)};
}

TEST(Schedule, PiecesFollowEachOtherFromWhereTheLastOneEnded) {
  const Schedule s = in_pieces(40, {{.shape = PieceShape::kLinear, .steps = 10, .to = 1},
                                    {.shape = PieceShape::kConstant},
                                    {.shape = PieceShape::kCosine, .steps = 8, .to = 0.5},
                                    {.shape = PieceShape::kSqrt, .steps = 4, .to = 0}});
  ASSERT_TRUE(check(s)) << check(s).error().message;
  EXPECT_EQ(learning_rate(s, 0), 0.05F);
  EXPECT_EQ(learning_rate(s, 9), 0.5F);
  EXPECT_EQ(learning_rate(s, 27), 0.5F);
  for (int64_t i = 0; i < 8; ++i)  // to half an ulp below 0.5
    EXPECT_NEAR(static_cast<double>(learning_rate(s, 28 + i)),
                0.25 + 0.125 * (1 + std::cos(std::numbers::pi * static_cast<double>(i + 1) / 8)),
                1.5e-8)
        << i;
  EXPECT_EQ(learning_rate(s, 36), 0.125F);
  EXPECT_EQ(learning_rate(s, 39), 0.0F);
  EXPECT_EQ(learning_rate(s, 99), 0.0F);
}

TEST(Schedule, AWarmUpAsAPieceHasTheBitsOfTheWarmUp) {
  const Schedule s = in_pieces(
      30, {{.shape = PieceShape::kLinear, .steps = 13}, {.shape = PieceShape::kConstant}});
  const Schedule plain{
      .kind = ScheduleKind::kConstant, .peak = 0.5, .steps = 30, .warmup_steps = 13};
  for (int64_t step = 0; step < 30; ++step)
    EXPECT_EQ(learning_rate(s, step), learning_rate(plain, step)) << step;
}

TEST(Schedule, InverseSqrtIsThatOfTheTransformer) {
  const Schedule s = in_pieces(
      1000, {{.shape = PieceShape::kLinear, .steps = 100}, {.shape = PieceShape::kInverseSqrt}});
  ASSERT_TRUE(check(s));
  for (const int64_t step : {100, 101, 399, 999})
    EXPECT_NEAR(static_cast<double>(learning_rate(s, step)),
                0.5 * std::sqrt(100.0 / static_cast<double>(step + 1)), 1e-8)
        << step;
  EXPECT_EQ(learning_rate(s, 399), 0.25F);
}

TEST(Schedule, RefusesPiecesThatDoNotMakeUpTheTraining) {
  const SchedulePiece warm_up{.steps = 10}, rest{.shape = PieceShape::kConstant};
  const auto refused = [](const Schedule& s) { return !check(s).has_value(); };
  EXPECT_FALSE(refused(in_pieces(20, {warm_up, rest})));
  EXPECT_FALSE(refused(in_pieces(20, {warm_up, warm_up})));
  EXPECT_TRUE(refused(in_pieces(20, {})));
  EXPECT_TRUE(refused(in_pieces(20, {warm_up})));
  EXPECT_TRUE(refused(in_pieces(20, {warm_up, warm_up, rest})));
  EXPECT_TRUE(refused(in_pieces(20, {warm_up, rest, rest})));
  EXPECT_TRUE(refused(in_pieces(20, {{.steps = 30}})));
  EXPECT_TRUE(refused(in_pieces(20, {warm_up, {.to = 1.5}})));
  EXPECT_TRUE(refused(in_pieces(20, {warm_up, {.to = std::nan("")}})));
  EXPECT_TRUE(refused(in_pieces(20, {{.shape = PieceShape::kInverseSqrt}})));
  Schedule mixed = in_pieces(20, {warm_up, rest});
  mixed.warmup_steps = 1;
  EXPECT_TRUE(refused(mixed));
  mixed = in_pieces(20, {warm_up, rest});
  mixed.kind = ScheduleKind::kCosine;
  EXPECT_TRUE(refused(mixed));
}

TEST(Schedule, RefusesSettingsThatContradictEachOther) {
  const Schedule good{.kind = ScheduleKind::kWsd, .peak = 1, .steps = 10, .decay_steps = 5};
  ASSERT_TRUE(check(good));
  const auto refused = [&](auto change) {
    Schedule s = good;
    change(s);
    return !check(s).has_value();
  };
  EXPECT_TRUE(refused([](Schedule& s) { s.peak = 0; }));
  EXPECT_TRUE(refused([](Schedule& s) { s.peak = std::nan(""); }));
  EXPECT_TRUE(refused([](Schedule& s) { s.final_fraction = 1.5; }));
  EXPECT_TRUE(refused([](Schedule& s) { s.steps = 0; }));
  EXPECT_TRUE(refused([](Schedule& s) { s.warmup_steps = 6; }));
  EXPECT_TRUE(refused([](Schedule& s) { s.kind = ScheduleKind::kCosine; }));
}

TEST(Schedule, NamesAreReadBack) {
  for (const auto kind : {ScheduleKind::kConstant, ScheduleKind::kLinear, ScheduleKind::kCosine,
                          ScheduleKind::kWsd, ScheduleKind::kPieces})
    EXPECT_EQ(schedule_from_name(name(kind)).value(), kind);
  EXPECT_FALSE(schedule_from_name("cosin"));
  EXPECT_EQ(piece_shape_from_name("inverse_sqrt").value(), PieceShape::kInverseSqrt);
  EXPECT_FALSE(piece_shape_from_name("wsd"));
}

}  // namespace
}  // namespace glass::engine
