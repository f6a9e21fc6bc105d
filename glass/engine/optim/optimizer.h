// Optimizer: AdamW, Lion or SGD over a ParameterLayout, with clipping by the global norm:
// everything that happens between the sum of the gradients and the new parameters, in class
// portable-1.
//
// The gradient handed in is that of the *sum* of the losses; it is divided once, by the global
// number of targets, inside the kernel: scale = (1 / targets) * min(1, clip / norm).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {

enum class OptimizerKind {
  kAdamW,  // Loshchilov and Hutter 2019
  kLion,   // Chen et al. 2023
  kSgd,    // with momentum
};

// adamw, lion, sgd; kInvalidInput lists them.
[[nodiscard]] Result<OptimizerKind> optimizer_from_name(std::string_view name);

// How many buffers it remembers besides the parameters: 2 for AdamW, else 1.
int moments(OptimizerKind kind);

struct OptimizerSettings {
  OptimizerKind kind = OptimizerKind::kAdamW;
  double beta1 = 0.9;         // of SGD: the momentum
  double beta2 = 0.95;        // not SGD
  double epsilon = 1e-8;      // AdamW only
  double weight_decay = 0.1;  // decoupled, of matrices only
  double clip_norm = 1.0;     // 0: no clipping
};

// kInvalidInput names the setting that is out of range.
[[nodiscard]] Status check(const OptimizerSettings& settings);

// base^exponent by squaring, the bits of the exponent from the highest: r = 1; for each bit
// r = r * r, and r = r * base where it is set. Fixed, so that a resume needs the step alone.
// REQUIRES: exponent >= 0.
double power(double base, int64_t exponent);

// sqrt of the halving tree, in the layout's order, over the parameters' sums of squares, times
// `scale`: the norm of scale * gradient.
float global_norm(const ParameterLayout& layout, std::span<const float> gradient, float scale,
                  const Kernels& kernels, Parallel& parallel);

// The factor on a gradient of that norm: 1, or clip / norm where the norm exceeds it.
// REQUIRES: the norm is finite.
float clip_factor(double clip_norm, float norm);

class Optimizer {
 public:
  // REQUIRES: check(settings); layout and kernels outlive this.
  Optimizer(const OptimizerSettings& settings, const ParameterLayout& layout,
            const Kernels& kernels);

  struct Update {
    int64_t number = 1;  // how many updates this one makes, for the bias corrections: from 1
    float learning_rate = 0;
    float gradient_scale = 1;
  };

  // Buffers of the layout, updated in place; second_moment is empty where there is one moment.
  struct State {
    std::span<float> parameters, first_moment, second_moment;
  };

  // REQUIRES: all buffers have the layout.
  void update(const Update& update, std::span<const float> gradient, const State& state,
              Parallel& parallel) const;

 private:
  void update_slot(const ParameterSlot& slot, const Update& update, std::span<const float> gradient,
                   const State& state, Parallel& parallel) const;

  OptimizerSettings settings_;
  const ParameterLayout& layout_;
  const Kernels& kernels_;
};

}  // namespace glass::engine
