#include "glass/engine/optim/schedule.h"

#include <cmath>
#include <cstdint>
#include <numbers>

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
  for (const auto kind :
       {ScheduleKind::kConstant, ScheduleKind::kLinear, ScheduleKind::kCosine, ScheduleKind::kWsd})
    EXPECT_EQ(schedule_from_name(name(kind)).value(), kind);
  EXPECT_FALSE(schedule_from_name("cosin"));
}

}  // namespace
}  // namespace glass::engine
