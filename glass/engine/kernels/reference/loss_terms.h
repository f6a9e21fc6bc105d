// What a smoothed target and a z-loss make of the cross entropy of one row: shared by the reference
// and its twins. Label smoothing: Szegedy et al. 2016, section 7. z-loss: PaLM (Chowdhery et al.
// 2022), section 5.
#pragma once

#include "glass/engine/kernels/kernels.h"

namespace glass::engine {

struct LossTerms {
  float keep = 1;    // of the target's probability
  float share = 0;   // of every entry's
  float z_loss = 0;  // times log_sum_exp squared

  // `sum` is that of the row's logits; not asked for without smoothing.
  [[nodiscard]] float loss(float log_sum_exp, float target_logit, float sum) const;

  // What a probability is multiplied by in the gradient.
  [[nodiscard]] float factor(float log_sum_exp) const;

  // The gradient by a logit other than the target's; that one has `keep` less.
  [[nodiscard]] float gradient(float probability, float factor) const;
};

LossTerms loss_terms(const LinearCrossEntropyArgs& args);

}  // namespace glass::engine
