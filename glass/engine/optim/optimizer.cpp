#include "glass/engine/optim/optimizer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/tree.h"
#include "glass/engine/optim/newton_schulz.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {
namespace {

Status in_range(std::string_view name, double value, double low, double high) {
  if (value >= low && value < high) return {};
  return fail(ErrorCode::kInvalidInput,
              fmt::format("{} of {} is not at least {} and below {}", name, value, low, high));
}

// The matrices that Muon updates.
std::vector<MatrixExtent> matrices_of(const ParameterLayout& layout) {
  std::vector<MatrixExtent> extents;
  for (const ParameterSlot& slot : layout.slots()) {
    for (const int64_t rows : slot.traits.matrix_rows) extents.push_back({rows, slot.shape.back()});
  }
  return extents;
}

int64_t largest(std::span<const MatrixExtent> extents) {
  int64_t floats = 0;
  for (const MatrixExtent& extent : extents) floats = std::max(floats, extent.rows * extent.cols);
  return floats;
}

double scale_of(MuonScale scale, const MatrixExtent& extent) {
  const auto rows = static_cast<double>(extent.rows), cols = static_cast<double>(extent.cols);
  return scale == MuonScale::kMoonlight ? 0.2 * std::sqrt(std::max(rows, cols))
                                        : std::sqrt(std::max(1.0, rows / cols));
}

}  // namespace

Result<OptimizerKind> optimizer_from_name(std::string_view name) {
  if (name == "adamw") return OptimizerKind::kAdamW;
  if (name == "lion") return OptimizerKind::kLion;
  if (name == "sgd") return OptimizerKind::kSgd;
  if (name == "muon") return OptimizerKind::kMuon;
  return fail(ErrorCode::kInvalidInput,
              fmt::format("optimizer '{}' is unknown; there are adamw, lion, sgd and muon", name));
}

Result<MuonScale> muon_scale_from_name(std::string_view text) {
  if (text == "jordan") return MuonScale::kJordan;
  if (text == "moonlight") return MuonScale::kMoonlight;
  return fail(
      ErrorCode::kInvalidInput,
      fmt::format("the scale of Muon's steps is '{}'; known are jordan and moonlight", text));
}

int moments(OptimizerKind kind) {
  return kind == OptimizerKind::kAdamW || kind == OptimizerKind::kMuon ? 2 : 1;
}

Status check(const OptimizerSettings& settings) {
  GLASS_TRY_STATUS(in_range("beta1", settings.beta1, 0, 1));
  GLASS_TRY_STATUS(in_range("beta2", settings.beta2, 0, 1));
  GLASS_TRY_STATUS(in_range("momentum", settings.momentum, 0, 1));
  GLASS_TRY_STATUS(in_range("epsilon", settings.epsilon, 1e-30, 1));
  GLASS_TRY_STATUS(in_range("weight decay", settings.weight_decay, 0, 1e6));
  return in_range("the clipping norm", settings.clip_norm, 0, 1e30);
}

double power(double base, int64_t exponent) {
  GLASS_CHECK(exponent >= 0);
  const auto bits = static_cast<uint64_t>(exponent);
  double result = 1;
  for (auto bit = static_cast<int>(std::bit_width(bits)); bit-- > 0;) {
    result = result * result;
    if ((bits >> bit & 1U) != 0) result = result * base;
  }
  return result;
}

float global_norm(const ParameterLayout& layout, std::span<const float> gradient, float scale,
                  const Kernels& kernels, Parallel& parallel) {
  std::vector<float> squares;
  for (const ParameterSlot& slot : layout.slots())
    squares.push_back(kernels.sum_of_squares(slot.of(gradient), parallel));
  if (squares.empty()) return 0;
  const float total = fold_tree(
      0, std::ssize(squares), [&](int64_t i) { return squares[static_cast<size_t>(i)]; },
      [](float left, float right) { return left + right; });
  return std::sqrt(total) * scale;
}

float clip_factor(double clip_norm, float norm) {
  const auto limit = static_cast<float>(clip_norm);
  return limit > 0 && norm > limit ? limit / norm : 1;
}

Optimizer::Optimizer(const OptimizerSettings& settings, const ParameterLayout& layout,
                     const Kernels& kernels, int workers)
    : settings_(settings),
      layout_(layout),
      kernels_(kernels),
      newton_schulz_(matrices_of(layout), kernels, workers),
      step_(largest(matrices_of(layout))) {
  GLASS_CHECK(check(settings).has_value());
  auto factors = factors_of(settings.groups, layout);
  GLASS_CHECK(factors.has_value());
  factors_ = std::move(*factors);
}

int64_t Optimizer::memory_bytes(const ParameterLayout& layout, const Kernels& kernels,
                                int workers) {
  const std::vector<MatrixExtent> extents = matrices_of(layout);
  return NewtonSchulz::memory_bytes(extents, kernels, workers) +
         largest(extents) * static_cast<int64_t>(sizeof(float));
}

void Optimizer::update(const Update& update, std::span<const float> gradient, const State& state,
                       Parallel& parallel) {
  GLASS_CHECK(update.number >= 1);
  for (const std::span<const float> buffer : {gradient, std::span<const float>(state.parameters),
                                              std::span<const float>(state.first_moment)})
    GLASS_CHECK(std::ssize(buffer) == layout_.floats());
  GLASS_CHECK(std::ssize(state.second_moment) ==
              (moments(settings_.kind) == 2 ? layout_.second_floats() : 0));
  for (size_t i = 0; i < layout_.slots().size(); ++i) {
    const ParameterSlot& slot = layout_.slots()[i];
    if (slot.traits.matrix_rows.empty())
      update_slot(slot, factors_[i], update, gradient, state, parallel);
    else
      update_matrices(slot, factors_[i], update, gradient, state, parallel);
  }
}

void Optimizer::update_matrices(const ParameterSlot& slot, const ParameterFactors& factors,
                                const Update& update, std::span<const float> gradient,
                                const State& state, Parallel& parallel) {
  const int64_t cols = slot.shape.back();
  const double rate = static_cast<double>(update.learning_rate) * factors.learning_rate;
  const auto decay = static_cast<float>(settings_.weight_decay * factors.weight_decay);
  float* parameter = slot.of(state.parameters).data();
  float* m = slot.of(state.first_moment).data();
  const float* g = slot.of(gradient).data();
  for (const int64_t rows : slot.traits.matrix_rows) {
    const int64_t count = rows * cols;
    const std::span<float> step = step_.span().first(static_cast<size_t>(count));
    kernels_.momentum({.gradient = g,
                       .m = m,
                       .out = step.data(),
                       .count = count,
                       .gradient_scale = update.gradient_scale,
                       .momentum = static_cast<float>(settings_.momentum),
                       .nesterov = settings_.nesterov},
                      parallel);
    newton_schulz_.run({rows, cols}, step, parallel);
    BlendArgs move{.a = parameter,
                   .b = parameter,
                   .out = parameter,
                   .count = count,
                   .alpha = -(static_cast<float>(rate) * decay),
                   .beta = 1};
    kernels_.blend(move, parallel);
    move.a = step.data();
    move.alpha = -static_cast<float>(rate * scale_of(settings_.scale, {rows, cols}));
    kernels_.blend(move, parallel);
    parameter += count;
    m += count;
    g += count;
  }
}

void Optimizer::update_slot(const ParameterSlot& slot, const ParameterFactors& factors,
                            const Update& update, std::span<const float> gradient,
                            const State& state, Parallel& parallel) const {
  float* const parameter = slot.of(state.parameters).data();
  float* const m = slot.of(state.first_moment).data();
  const float* const g = slot.of(gradient).data();
  const auto rate =
      static_cast<float>(static_cast<double>(update.learning_rate) * factors.learning_rate);
  const auto decay = static_cast<float>(settings_.weight_decay * factors.weight_decay);
  const auto beta1 = static_cast<float>(settings_.beta1);
  const auto beta2 = static_cast<float>(settings_.beta2);
  const auto correction = [&](double beta) {
    return static_cast<float>(1 / (1 - power(beta, update.number)));
  };
  switch (settings_.kind) {
    case OptimizerKind::kAdamW:
    case OptimizerKind::kMuon:
      return kernels_.adamw({.parameter = parameter,
                             .gradient = g,
                             .m = m,
                             .v = slot.second_of(state.second_moment).data(),
                             .count = slot.count,
                             .gradient_scale = update.gradient_scale,
                             .learning_rate = rate,
                             .beta1 = beta1,
                             .beta2 = beta2,
                             .epsilon = static_cast<float>(settings_.epsilon),
                             .weight_decay = decay,
                             .correction1 = correction(settings_.beta1),
                             .correction2 = correction(settings_.beta2)},
                            parallel);
    case OptimizerKind::kLion:
      return kernels_.lion({.parameter = parameter,
                            .gradient = g,
                            .m = m,
                            .count = slot.count,
                            .gradient_scale = update.gradient_scale,
                            .learning_rate = rate,
                            .beta1 = beta1,
                            .beta2 = beta2,
                            .weight_decay = decay},
                           parallel);
    case OptimizerKind::kSgd:
      return kernels_.sgd({.parameter = parameter,
                           .gradient = g,
                           .m = m,
                           .count = slot.count,
                           .gradient_scale = update.gradient_scale,
                           .learning_rate = rate,
                           .momentum = beta1,
                           .weight_decay = decay},
                          parallel);
  }
}

}  // namespace glass::engine
