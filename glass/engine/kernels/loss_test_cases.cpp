// The cases of the loss.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"

namespace glass::engine::testing {
namespace {

struct LossShape {
  int64_t rows, cols, vocabulary;
  float scale = 1.0F;
  float softcap = 0;
  float label_smoothing = 0;
  float z_loss = 0;
  bool weighted = false;
  bool rounded = false;

  [[nodiscard]] std::string text() const {
    std::string text = fmt::format("{}x{} of {}", rows, cols, vocabulary);
    if (softcap != 0) text += fmt::format(" cap {}", softcap);
    if (label_smoothing != 0) text += fmt::format(" smoothed {}", label_smoothing);
    if (z_loss != 0) text += fmt::format(" z {}", z_loss);
    if (weighted) text += " weighted";
    if (rounded) text += " rounded";
    return text;
  }
};

// Which gradients are wanted.
enum class LossGradients { kNone, kInput, kAll };

Outputs run_loss(const Kernels& kernels, Parallel& parallel, LossShape s, LossGradients gradients) {
  const Floats x = random_floats(1, s.rows * s.cols, s.scale);
  const Floats weight = random_floats(2, s.vocabulary * s.cols);
  std::vector<int32_t> target = random_indices(3, s.rows, s.vocabulary);
  for (size_t i = 2; i < target.size(); i += 5) target[i] = -1;
  const Floats weights = random_floats(4, s.rows);
  Floats loss(s.rows), dx(s.rows * s.cols), dweight(s.vocabulary * s.cols, kUntouched);
  const LinearCrossEntropyArgs args{
      .x_NC = x.data(),
      .weight_VC = weight.data(),
      .target_N = target.data(),
      .loss_N = loss.data(),
      .dx_NC = gradients == LossGradients::kNone ? nullptr : dx.data(),
      .dweight_VC = gradients == LossGradients::kAll ? dweight.data() : nullptr,
      .rows = s.rows,
      .cols = s.cols,
      .vocabulary = s.vocabulary,
      .softcap = s.softcap,
      .label_smoothing = s.label_smoothing,
      .z_loss = s.z_loss,
      .row_weight_N = s.weighted ? weights.data() : nullptr,
      .round_weight = s.rounded};
  ScratchSpace scratch(kernels.linear_cross_entropy_scratch(args, parallel.workers()));
  kernels.linear_cross_entropy(args, scratch.span(), parallel);
  return {{"loss", loss.span()}, {"dx", dx.span()}, {"dweight", dweight.span()}};
}

}  // namespace

KernelCases linear_cross_entropy_cases() {
  KernelCases cases;
  for (const LossShape& s : std::vector<LossShape>{
           {.rows = 1, .cols = 1, .vocabulary = 1},
           {.rows = 3, .cols = 7, .vocabulary = 5},
           {.rows = 5, .cols = 16, .vocabulary = 256},
           {.rows = 4, .cols = 33, .vocabulary = 257, .scale = 20.0F},
           {.rows = 17, .cols = 20, .vocabulary = 1000},
           {.rows = 300, .cols = 8, .vocabulary = 70},
           {.rows = 2, .cols = 300, .vocabulary = 600},
           {.rows = 37, .cols = 24, .vocabulary = 530, .scale = 8.0F},
           {.rows = 1, .cols = 2, .vocabulary = 3, .softcap = 0.5F},
           {.rows = 270, .cols = 12, .vocabulary = 300, .scale = 30.0F, .softcap = 20.0F},
           {.rows = 5, .cols = 7, .vocabulary = 3, .label_smoothing = 0.1F},
           {.rows = 9, .cols = 7, .vocabulary = 700, .z_loss = 1e-3F},
           {.rows = 270, .cols = 12, .vocabulary = 530, .label_smoothing = 0.1F, .z_loss = 1e-4F},
           {.rows = 20,
           .cols = 9,
           .vocabulary = 300,
           .scale = 30.0F,
           .softcap = 20.0F,
           .label_smoothing = 0.2F,
           .z_loss = 1e-2F},
           {.rows = 7,
           .cols = 9,
           .vocabulary = 300,
           .softcap = 20.0F,
           .label_smoothing = 0.2F,
           .z_loss = 1e-2F,
           .weighted = true},
           {.rows = 270, .cols = 9, .vocabulary = 260, .weighted = true},
           {.rows = 5, .cols = 7, .vocabulary = 3, .rounded = true},
           {.rows = 270, .cols = 9, .vocabulary = 600, .rounded = true}}) {
    for (const auto& [gradients, suffix] :
         {std::pair{LossGradients::kNone, ""}, std::pair{LossGradients::kInput, " with dx"},
          std::pair{LossGradients::kAll, " with gradients"}}) {
      cases.push_back({fmt::format("linear_cross_entropy {}{}", s.text(), suffix),
                       [s, wanted = gradients](const Kernels& kernels, Parallel& parallel) {
                         return run_loss(kernels, parallel, s, wanted);
                       }});
    }
  }
  return cases;
}

}  // namespace glass::engine::testing
