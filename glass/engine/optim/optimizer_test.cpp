#include "glass/engine/optim/optimizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/optim/float_buffer.h"
#include "glass/engine/optim/newton_schulz.h"
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
      case OptimizerKind::kMuon:  // of what is no matrix
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
  Optimizer optimizer(settings, layout, reference_kernels());
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
                                         OptimizerKind::kSgd, OptimizerKind::kMuon));

// A fused parameter of two matrices, and a vector.
ParameterLayout fused_layout() {
  ParameterLayout layout;
  layout.add("fused", {5, 3}, true, {.matrix_rows = {2, 3}});
  layout.add("bias", {5}, false, {.role = ParameterRole::kBias});
  layout.add("table", {4, 3}, true, {.role = ParameterRole::kEmbedding});
  return layout;
}

TEST(ParameterLayout, WhatMuonUpdatesHasNoSecondMoment) {
  const ParameterLayout layout = fused_layout();
  EXPECT_FALSE(layout.at("fused").has_second_moment());
  EXPECT_EQ(layout.at("bias").second_offset, 0);
  EXPECT_EQ(layout.at("table").second_offset, 16);
  EXPECT_EQ(layout.second_floats(), 32);
  EXPECT_EQ(layout.floats(), 48);
}

class Muon : public testing::TestWithParam<std::tuple<bool, MuonScale>> {};

// Step for step: momentum, each matrix made orthogonal by itself, the scale, decay.
TEST_P(Muon, StepsAlongOrthogonalMatrices) {
  const auto [nesterov, scale] = GetParam();
  const ParameterLayout layout = fused_layout();
  Optimizer optimizer({.kind = OptimizerKind::kMuon, .nesterov = nesterov, .scale = scale}, layout,
                      reference_kernels());
  FloatBuffer parameters(layout.floats()), gradient(layout.floats()), first(layout.floats());
  FloatBuffer second(layout.second_floats());
  std::ranges::fill(layout.at("fused").of(parameters.span()), 0.5F);
  std::vector<double> p(15, 0.5), m(15);
  SerialParallel serial;
  for (int64_t t = 1; t <= 6; ++t) {
    const std::span<float> g = layout.at("fused").of(gradient.span());
    for (size_t i = 0; i < 15; ++i)
      g[i] = std::sin(static_cast<float>(i * i) + static_cast<float>(t));
    optimizer.update({.number = t, .learning_rate = 0.1F, .gradient_scale = 0.25F}, gradient.span(),
                     {parameters.span(), first.span(), second.span()}, serial);
    for (const auto& [begin, rows] : {std::pair<size_t, int64_t>{0, 2}, {6, 3}}) {
      const auto count = static_cast<size_t>(rows * 3);
      std::vector<float> step(count);
      for (size_t i = 0; i < count; ++i) {
        const double now = 0.25 * static_cast<double>(g[begin + i]);
        m[begin + i] = 0.95 * m[begin + i] + now;
        step[i] = static_cast<float>(nesterov ? 0.95 * m[begin + i] + now : m[begin + i]);
      }
      const MatrixExtent extent{rows, 3};
      NewtonSchulz(std::array{extent}, reference_kernels(), 1).run(extent, step, serial);
      const double factor = scale == MuonScale::kMoonlight ? 0.2 * std::sqrt(3.0) : 1.0;
      for (size_t i = 0; i < count; ++i)
        p[begin + i] = p[begin + i] * (1 - 0.1 * 0.1) - 0.1 * factor * static_cast<double>(step[i]);
    }
  }
  const std::span<float> values = layout.at("fused").of(parameters.span());
  for (size_t i = 0; i < 15; ++i) EXPECT_NEAR(static_cast<double>(values[i]), p[i], 2e-5) << i;
  EXPECT_EQ(parameters.span()[15], 0.0F);  // the gap
}

INSTANTIATE_TEST_SUITE_P(Forms, Muon,
                         testing::Combine(testing::Bool(), testing::Values(MuonScale::kJordan,
                                                                           MuonScale::kMoonlight)));

TEST(MuonScale, OfATallMatrixIsTheRootOfItsRatio) {
  ParameterLayout layout;
  layout.add("tall", {8, 2}, true, {.matrix_rows = {8}});
  SerialParallel serial;
  const auto length = [&](MuonScale scale) {
    Optimizer optimizer({.kind = OptimizerKind::kMuon, .scale = scale}, layout,
                        reference_kernels());
    FloatBuffer p(16), g(16), m(16), v(0);
    for (size_t i = 0; i < 16; ++i) g.span()[i] = std::sin(static_cast<float>(i * i));
    optimizer.update({.learning_rate = 1}, g.span(), {p.span(), m.span(), v.span()}, serial);
    return std::sqrt(reference_kernels().sum_of_squares(p.span(), serial));
  };
  EXPECT_NEAR(static_cast<double>(length(MuonScale::kJordan) / length(MuonScale::kMoonlight)),
              2 / (0.2 * std::sqrt(8.0)), 1e-6);
}

// One parameter in a group is as if everything had the group's rate and decay.
TEST(Optimizer, AGroupHasItsOwnRateAndDecay) {
  const ParameterLayout layout = two_parameters();
  SerialParallel serial;
  const auto updated = [&](const OptimizerSettings& settings, float rate) {
    FloatBuffer parameters(layout.floats()), gradient(layout.floats()), m(layout.floats());
    for (const ParameterSlot& slot : layout.slots()) {
      for (float& p : slot.of(parameters.span())) p = 0.5F;
      for (float& g : slot.of(gradient.span())) g = 0.25F;
    }
    Optimizer(settings, layout, reference_kernels())
        .update({.learning_rate = rate}, gradient.span(), {parameters.span(), m.span(), {}},
                serial);
    return std::pair(parameters.span()[0], parameters.span()[16]);
  };
  const OptimizerSettings plain{.kind = OptimizerKind::kSgd, .weight_decay = 0.1};
  OptimizerSettings faster_bias = plain;
  faster_bias.groups = {
      {.names = {"bias"}, .learning_rate = 3, .weight_decay = 2, .decay = DecayRule::kAll}};
  const auto [weight, bias] = updated(faster_bias, 0.01F);
  EXPECT_EQ(weight, updated(plain, 0.01F).first);
  OptimizerSettings stronger = plain;
  stronger.weight_decay = 0.2;
  EXPECT_EQ(bias, updated(stronger, 0.03F).first);  // the weight decays without a group
  EXPECT_NE(bias, updated(plain, 0.03F).second);
}

TEST(Optimizer, RefusesSettingsOutOfRange) {
  EXPECT_TRUE(check(OptimizerSettings{}));
  EXPECT_FALSE(check(OptimizerSettings{.beta1 = 1}));
  EXPECT_FALSE(check(OptimizerSettings{.beta2 = -0.1}));
  EXPECT_FALSE(check(OptimizerSettings{.epsilon = 0}));
  EXPECT_FALSE(check(OptimizerSettings{.momentum = 1}));
  EXPECT_EQ(muon_scale_from_name("moonlight").value(), MuonScale::kMoonlight);
  EXPECT_FALSE(muon_scale_from_name("sun"));
  EXPECT_FALSE(check(OptimizerSettings{.weight_decay = std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_FALSE(check(OptimizerSettings{.clip_norm = -1}));
}

}  // namespace
}  // namespace glass::engine
