#include "glass/engine/optim/adamw.h"

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

TEST(AdamW, PowerIsThePower) {
  EXPECT_EQ(power(0.5, 0), 1.0);
  EXPECT_EQ(power(0.5, 10), std::ldexp(1.0, -10));
  EXPECT_EQ(power(3, 13), 1594323.0);
  for (const int64_t t : {1, 2, 7, 100, 12345})
    EXPECT_NEAR(power(0.999, t) / std::pow(0.999, static_cast<double>(t)), 1, 1e-12) << t;
  EXPECT_EQ(power(0.9, int64_t{1} << 40), 0.0);
}

TEST(AdamW, NormIsThatOfTheScaledGradientAndLeavesTheGapsOut) {
  const ParameterLayout layout = two_parameters();
  FloatBuffer gradient(layout.floats());
  layout.at("weight").of(gradient.span())[2] = 6;
  layout.at("bias").of(gradient.span())[1] = -8;
  gradient.span()[15] = 100;  // between the two
  SerialParallel serial;
  EXPECT_EQ(global_norm(layout, gradient.span(), 0.5F, reference_kernels(), serial), 5.0F);
}

TEST(AdamW, ClipsOnlyWhatIsTooLong) {
  EXPECT_EQ(clip_factor(1, 0.5F), 1.0F);
  EXPECT_EQ(clip_factor(1, 1.0F), 1.0F);
  EXPECT_EQ(clip_factor(1, 4.0F), 0.25F);
  EXPECT_EQ(clip_factor(0, 4.0F), 1.0F);
}

TEST(AdamW, FollowsThePaperInDouble) {
  const ParameterLayout layout = two_parameters();
  const AdamWSettings settings{.beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8, .weight_decay = 0.1};
  const AdamW adamw(settings, layout, reference_kernels());
  FloatBuffer parameters(layout.floats());
  FloatBuffer gradient(layout.floats());
  FloatBuffer first(layout.floats());
  FloatBuffer second(layout.floats());
  const auto floats = static_cast<size_t>(layout.floats());
  for (const ParameterSlot& slot : layout.slots()) {
    for (float& p : slot.of(parameters.span())) p = 0.5F;
  }
  std::vector<double> p(floats, 0.5), m(floats), v(floats);
  SerialParallel serial;
  for (int64_t t = 1; t <= 20; ++t) {
    for (size_t i = 0; i < floats; ++i)
      gradient.span()[i] = std::sin(static_cast<float>(i * 7) + static_cast<float>(t));
    adamw.update({.number = t, .learning_rate = 0.01F, .gradient_scale = 0.25F}, gradient.span(),
                 {parameters.span(), first.span(), second.span()}, serial);
    for (size_t i = 0; i < floats; ++i) {
      const double g = 0.25 * static_cast<double>(gradient.span()[i]);
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.95 * v[i] + 0.05 * g * g;
      const double step =
          m[i] / (1 - std::pow(0.9, t)) / (std::sqrt(v[i] / (1 - std::pow(0.95, t))) + 1e-8);
      const double decay = i < 16 ? 0.1 : 0;
      p[i] -= 0.01 * (decay * p[i] + step);
    }
  }
  for (const ParameterSlot& slot : layout.slots()) {
    const std::span<float> values = slot.of(parameters.span());
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(static_cast<double>(values[i]), p[static_cast<size_t>(slot.offset) + i], 2e-6);
  }
  EXPECT_EQ(parameters.span()[15], 0.0F);  // the gap
}

TEST(AdamW, RefusesSettingsOutOfRange) {
  EXPECT_TRUE(check(AdamWSettings{}));
  EXPECT_FALSE(check(AdamWSettings{.beta1 = 1}));
  EXPECT_FALSE(check(AdamWSettings{.beta2 = -0.1}));
  EXPECT_FALSE(check(AdamWSettings{.epsilon = 0}));
  EXPECT_FALSE(check(AdamWSettings{.weight_decay = std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_FALSE(check(AdamWSettings{.clip_norm = -1}));
}

}  // namespace
}  // namespace glass::engine
