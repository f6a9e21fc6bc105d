// Optimizer: AdamW, Lion, SGD or Muon over a ParameterLayout, with clipping by the global norm:
// everything that happens between the sum of the gradients and the new parameters, in class
// portable-1.
//
// The gradient handed in is that of the *sum* of the losses; it is divided once, by the global
// number of targets, inside the kernel: scale = (1 / targets) * min(1, clip / norm).
//
// Muon makes the momentum of each matrix orthogonal (newton_schulz.h) and takes that as the step;
// what its layout does not mark as matrices - embeddings, head, norms, biases - AdamW updates.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/optim/float_buffer.h"
#include "glass/engine/optim/newton_schulz.h"
#include "glass/engine/optim/parameter_groups.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {

enum class OptimizerKind {
  kAdamW,  // Loshchilov and Hutter 2019
  kLion,   // Chen et al. 2023
  kSgd,    // with momentum
  kMuon,   // Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/
};

// What Muon's step of a matrix [rows, cols] is multiplied by.
enum class MuonScale {
  kJordan,     // sqrt(max(1, rows / cols)), as first published
  kMoonlight,  // 0.2 sqrt(max(rows, cols)): a step as large as AdamW's, so that its learning rates
               // and decay can be used (Liu et al. 2025, arXiv:2502.16982)
};

// "jordan", "moonlight"
[[nodiscard]] Result<MuonScale> muon_scale_from_name(std::string_view text);

// adamw, lion, sgd, muon; kInvalidInput lists them.
[[nodiscard]] Result<OptimizerKind> optimizer_from_name(std::string_view name);

// How many buffers it remembers besides the parameters: 2 for AdamW and Muon, else 1.
int moments(OptimizerKind kind);

struct OptimizerSettings {
  OptimizerKind kind = OptimizerKind::kAdamW;
  double beta1 = 0.9;         // of SGD: the momentum
  double beta2 = 0.95;        // not SGD
  double epsilon = 1e-8;      // AdamW and Muon
  double weight_decay = 0.1;  // decoupled; of matrices, unless groups say otherwise
  double clip_norm = 1.0;     // 0: no clipping
  double momentum = 0.95;     // Muon, whose betas are those of its AdamW
  bool nesterov = true;       // Muon
  MuonScale scale = MuonScale::kJordan;
  std::vector<ParameterGroup> groups = {};
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
  // REQUIRES: check(settings), factors_of(settings.groups, layout); layout and kernels outlive
  // this; no update has more than `workers` workers.
  Optimizer(const OptimizerSettings& settings, const ParameterLayout& layout,
            const Kernels& kernels, int workers = 1);

  // What it takes besides the state, in bytes.
  [[nodiscard]] static int64_t memory_bytes(const ParameterLayout& layout, const Kernels& kernels,
                                            int workers);

  struct Update {
    int64_t number = 1;  // how many updates this one makes, for the bias corrections: from 1
    float learning_rate = 0;
    float gradient_scale = 1;
  };

  // Buffers of the layout, updated in place; second_moment is that of second moments, or empty
  // where there is one moment.
  struct State {
    std::span<float> parameters, first_moment, second_moment;
  };

  // REQUIRES: all buffers have the layout.
  void update(const Update& update, std::span<const float> gradient, const State& state,
              Parallel& parallel);

 private:
  void update_slot(const ParameterSlot& slot, const ParameterFactors& factors, const Update& update,
                   std::span<const float> gradient, const State& state, Parallel& parallel) const;
  void update_matrices(const ParameterSlot& slot, const ParameterFactors& factors,
                       const Update& update, std::span<const float> gradient, const State& state,
                       Parallel& parallel);

  OptimizerSettings settings_;
  const ParameterLayout& layout_;
  std::vector<ParameterFactors> factors_;  // of the slots
  const Kernels& kernels_;
  NewtonSchulz newton_schulz_;
  FloatBuffer step_;  // of the largest matrix
};

}  // namespace glass::engine
