#include "glass/engine/optim/adamw.h"

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

Status check(const AdamWSettings& settings) {
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

AdamW::AdamW(const AdamWSettings& settings, const ParameterLayout& layout, const Kernels& kernels)
    : settings_(settings), layout_(layout), kernels_(kernels) {
  GLASS_CHECK(check(settings).has_value());
}

void AdamW::update(const Update& update, std::span<const float> gradient, const State& state,
                   Parallel& parallel) const {
  GLASS_CHECK(update.number >= 1);
  for (const std::span<const float> buffer :
       {gradient, std::span<const float>(state.parameters),
        std::span<const float>(state.first_moment), std::span<const float>(state.second_moment)})
    GLASS_CHECK(std::ssize(buffer) == layout_.floats());
  const auto correction = [&](double beta) {
    return static_cast<float>(1 / (1 - power(beta, update.number)));
  };
  for (const ParameterSlot& slot : layout_.slots()) {
    kernels_.adamw({.parameter = slot.of(state.parameters).data(),
                    .gradient = slot.of(gradient).data(),
                    .m = slot.of(state.first_moment).data(),
                    .v = slot.of(state.second_moment).data(),
                    .count = slot.count,
                    .gradient_scale = update.gradient_scale,
                    .learning_rate = update.learning_rate,
                    .beta1 = static_cast<float>(settings_.beta1),
                    .beta2 = static_cast<float>(settings_.beta2),
                    .epsilon = static_cast<float>(settings_.epsilon),
                    .weight_decay = slot.decay ? static_cast<float>(settings_.weight_decay) : 0.0F,
                    .correction1 = correction(settings_.beta1),
                    .correction2 = correction(settings_.beta2)},
                   parallel);
  }
}

}  // namespace glass::engine
