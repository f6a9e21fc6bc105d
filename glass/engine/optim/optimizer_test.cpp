#include "glass/engine/optim/optimizer.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/optim/float_buffer.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {
namespace {

ParameterLayout two_parameters() {
  ParameterLayout layout;
  layout.add("weight", {3, 5}, true);
  layout.add("bias", {5}, false);
  return layout;
}

TEST(ParameterLayout, PutsEachParameterOnABorderOf64Bytes) {
  const ParameterLayout layout = two_parameters();
  EXPECT_EQ(layout.at("weight").offset, 0);
  EXPECT_EQ(layout.at("bias").offset, 16);
  EXPECT_EQ(layout.floats(), 32);
  EXPECT_EQ(layout.parameter_count(), 20);
  FloatBuffer buffer(layout.floats());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.span().data()) % 64, 0U);
  EXPECT_EQ(layout.at("bias").of(buffer.span()).size(), 5U);
}

TEST(Optimizer, PowerIsThePower) {
  EXPECT_EQ(power(0.5, 0), 1.0);
  EXPECT_EQ(power(0.5, 10), std::ldexp(1.0, -10));
  EXPECT_EQ(power(3, 13), 1594323.0);
  for (const int64_t t : {1, 2, 7, 100, 12345})
    EXPECT_NEAR(power(0.999, t) / std::pow(0.999, static_cast<double>(t)), 1, 1e-12) << t;
  EXPECT_EQ(power(0.9, int64_t{1} << 40), 0.0);
}

TEST(Optimizer, NormIsThatOfTheScaledGradientAndLeavesTheGapsOut) {
  const ParameterLayout layout = two_parameters();
  FloatBuffer gradient(layout.floats());
  layout.at("weight").of(gradient.span())[2] = 6;
  layout.at("bias").of(gradient.span())[1] = -8;
  gradient.span()[15] = 100;  // between the two
  SerialParallel serial;
  EXPECT_EQ(global_norm(layout, gradient.span(), 0.5F, reference_kernels(), serial), 5.0F);
}

TEST(Optimizer, ClipsOnlyWhatIsTooLong) {
  EXPECT_EQ(clip_factor(1, 0.5F), 1.0F);
  EXPECT_EQ(clip_factor(1, 1.0F), 1.0F);
  EXPECT_EQ(clip_factor(1, 4.0F), 0.25F);
  EXPECT_EQ(clip_factor(0, 4.0F), 1.0F);
}

// One element as the papers have it, in double.
struct Truth {
  double p = 0.5, m = 0, v = 0;

  void update(const OptimizerSettings& s, int64_t number, double g, double decay) {
    constexpr double kRate = 0.01;
    const auto t = static_cast<double>(number);
    p -= kRate * decay * p;
    switch (s.kind) {
      case OptimizerKind::kAdamW: {
        m = s.beta1 * m + (1 - s.beta1) * g;
        v = s.beta2 * v + (1 - s.beta2) * g * g;
        const double size = std::sqrt(v / (1 - std::pow(s.beta2, t))) + s.epsilon;
        p -= kRate * (m / (1 - std::pow(s.beta1, t))) / size;
        return;
      }
      case OptimizerKind::kLion: {
        const double c = s.beta1 * m + (1 - s.beta1) * g;
        p -= kRate * (c > 0 ? 1 : c < 0 ? -1 : 0);
        m = s.beta2 * m + (1 - s.beta2) * g;
        return;
      }
      case OptimizerKind::kSgd:
        m = s.beta1 * m + g;
        p -= kRate * m;
        return;
    }
  }
};

class OptimizerOf : public testing::TestWithParam<OptimizerKind> {};

TEST_P(OptimizerOf, FollowsThePaperInDouble) {
  const ParameterLayout layout = two_parameters();
  const OptimizerSettings settings{.kind = GetParam()};
  const Optimizer optimizer(settings, layout, reference_kernels());
  FloatBuffer parameters(layout.floats()), gradient(layout.floats()), first(layout.floats());
  FloatBuffer second(moments(settings.kind) == 2 ? layout.floats() : 0);
  std::vector<Truth> truth(static_cast<size_t>(layout.floats()));
  for (const ParameterSlot& slot : layout.slots()) {
    for (float& p : slot.of(parameters.span())) p = 0.5F;
  }
  SerialParallel serial;
  for (int64_t t = 1; t <= 20; ++t) {
    for (size_t i = 0; i < truth.size(); ++i)
      gradient.span()[i] = std::sin(static_cast<float>(i * 7) + static_cast<float>(t));
    optimizer.update({.number = t, .learning_rate = 0.01F, .gradient_scale = 0.25F},
                     gradient.span(), {parameters.span(), first.span(), second.span()}, serial);
    for (size_t i = 0; i < truth.size(); ++i)
      truth[i].update(settings, t, 0.25 * static_cast<double>(gradient.span()[i]),
                      i < 16 ? settings.weight_decay : 0);
  }
  for (const ParameterSlot& slot : layout.slots()) {
    const std::span<float> values = slot.of(parameters.span());
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(static_cast<double>(values[i]), truth[static_cast<size_t>(slot.offset) + i].p,
                  2e-6);
  }
  EXPECT_EQ(parameters.span()[15], 0.0F);  // the gap
}

INSTANTIATE_TEST_SUITE_P(EveryKind, OptimizerOf,
                         testing::Values(OptimizerKind::kAdamW, OptimizerKind::kLion,
                                         OptimizerKind::kSgd));

TEST(Optimizer, RefusesSettingsOutOfRange) {
  EXPECT_TRUE(check(OptimizerSettings{}));
  EXPECT_FALSE(check(OptimizerSettings{.beta1 = 1}));
  EXPECT_FALSE(check(OptimizerSettings{.beta2 = -0.1}));
  EXPECT_FALSE(check(OptimizerSettings{.epsilon = 0}));
  EXPECT_FALSE(check(OptimizerSettings{.weight_decay = std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_FALSE(check(OptimizerSettings{.clip_norm = -1}));
}

}  // namespace
}  // namespace glass::engine
