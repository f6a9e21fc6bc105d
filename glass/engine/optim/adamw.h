// AdamW over a ParameterLayout, with clipping by the global norm: everything that happens between
// the sum of the gradients and the new parameters, in numerics class portable-1.
//
// The gradient handed in is that of the *sum* of the losses; it is divided once, by the global
// number of targets, inside the kernel: scale = (1 / targets) * min(1, clip / norm).
#pragma once

#include <cstdint>
#include <span>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {

struct AdamWSettings {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double weight_decay = 0.1;
  double clip_norm = 1.0;  // 0: no clipping
};

// kInvalidInput names the setting that is out of range.
[[nodiscard]] Status check(const AdamWSettings& settings);

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

class AdamW {
 public:
  // REQUIRES: check(settings); layout and kernels outlive this.
  AdamW(const AdamWSettings& settings, const ParameterLayout& layout, const Kernels& kernels);

  struct Update {
    int64_t number = 1;  // how many updates this one makes, for the bias corrections: from 1
    float learning_rate = 0;
    float gradient_scale = 1;
  };

  // Buffers of the layout, updated in place.
  struct State {
    std::span<float> parameters, first_moment, second_moment;
  };

  // REQUIRES: all buffers have the layout.
  void update(const Update& update, std::span<const float> gradient, const State& state,
              Parallel& parallel) const;

 private:
  AdamWSettings settings_;
  const ParameterLayout& layout_;
  const Kernels& kernels_;
};

}  // namespace glass::engine
