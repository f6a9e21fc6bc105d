#include "glass/engine/optim/optimizer.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/tree.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {
namespace {

Status in_range(std::string_view name, double value, double low, double high) {
  if (value >= low && value < high) return {};
  return fail(ErrorCode::kInvalidInput,
              fmt::format("{} of {} is not at least {} and below {}", name, value, low, high));
}

}  // namespace

Result<OptimizerKind> optimizer_from_name(std::string_view name) {
  if (name == "adamw") return OptimizerKind::kAdamW;
  if (name == "lion") return OptimizerKind::kLion;
  if (name == "sgd") return OptimizerKind::kSgd;
  return fail(ErrorCode::kInvalidInput,
              fmt::format("optimizer '{}' is unknown; there are adamw, lion and sgd", name));
}

int moments(OptimizerKind kind) {
  return kind == OptimizerKind::kAdamW ? 2 : 1;
}

Status check(const OptimizerSettings& settings) {
  GLASS_TRY_STATUS(in_range("beta1", settings.beta1, 0, 1));
  GLASS_TRY_STATUS(in_range("beta2", settings.beta2, 0, 1));
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
                     const Kernels& kernels)
    : settings_(settings), layout_(layout), kernels_(kernels) {
  GLASS_CHECK(check(settings).has_value());
}

void Optimizer::update(const Update& update, std::span<const float> gradient, const State& state,
                       Parallel& parallel) const {
  GLASS_CHECK(update.number >= 1);
  for (const std::span<const float> buffer : {gradient, std::span<const float>(state.parameters),
                                              std::span<const float>(state.first_moment)})
    GLASS_CHECK(std::ssize(buffer) == layout_.floats());
  GLASS_CHECK(std::ssize(state.second_moment) ==
              (moments(settings_.kind) == 2 ? layout_.floats() : 0));
  for (const ParameterSlot& slot : layout_.slots())
    update_slot(slot, update, gradient, state, parallel);
}

void Optimizer::update_slot(const ParameterSlot& slot, const Update& update,
                            std::span<const float> gradient, const State& state,
                            Parallel& parallel) const {
  float* const parameter = slot.of(state.parameters).data();
  float* const m = slot.of(state.first_moment).data();
  const float* const g = slot.of(gradient).data();
  const float decay = slot.decay ? static_cast<float>(settings_.weight_decay) : 0.0F;
  const auto beta1 = static_cast<float>(settings_.beta1);
  const auto beta2 = static_cast<float>(settings_.beta2);
  const auto correction = [&](double beta) {
    return static_cast<float>(1 / (1 - power(beta, update.number)));
  };
  switch (settings_.kind) {
    case OptimizerKind::kAdamW:
      return kernels_.adamw({.parameter = parameter,
                             .gradient = g,
                             .m = m,
                             .v = slot.of(state.second_moment).data(),
                             .count = slot.count,
                             .gradient_scale = update.gradient_scale,
                             .learning_rate = update.learning_rate,
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
                            .learning_rate = update.learning_rate,
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
                           .learning_rate = update.learning_rate,
                           .momentum = beta1,
                           .weight_decay = decay},
                          parallel);
  }
}

}  // namespace glass::engine
