// Preference: learning which of two answers is better, without a reward model (DPO, Rafailov et al.
// 2023, arXiv:2305.18290).
//
//   h = (log p(chosen) - log r(chosen)) - (log p(rejected) - log r(rejected))
//
// p is the model, r the model that it started from; log p of an answer is minus the sum of the
// losses of its rows. The loss of a pair:
//   sigmoid  -log sigmoid(beta h)                      equation 7 there; ln 2 at the start
//   hinge    max(0, 1 - beta h)                        SLiC-HF, Zhao et al. 2023, arXiv:2305.10425
//   ipo      (h - 1 / (2 beta))^2                      Azar et al. 2023, arXiv:2310.12036, equation
//   17
// Its gradient by the rows' losses is one number a pair, with which the rows of both answers are
// weighted in the backward pass.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/plan/executor.h"
#include "glass/engine/plan/plan.h"

namespace glass::engine {

enum class PreferenceLoss { kSigmoid, kHinge, kIpo };

// "sigmoid", "hinge", "ipo"
[[nodiscard]] Result<PreferenceLoss> preference_loss_from_name(std::string_view text);

struct PreferenceSettings {
  PreferenceLoss loss = PreferenceLoss::kSigmoid;
  double beta = 0.1;
};

struct PairLoss {
  float loss;
  float slope;  // by h
};

// In numerics class portable-1: float32, exp and log of kernels/math.h.
PairLoss pair_loss(const PreferenceSettings& settings, float h);

// Of the pairs of a batch.
struct Judgement {
  float loss = 0;         // the sum of the pairs' losses
  float margin = 0;       // the sum of beta h
  int64_t preferred = 0;  // pairs with h > 0
};

// What a step on preferences needs before its backward pass.
class PreferenceJudge {
 public:
  // `policy` and `reference` are plans of loss graphs. REQUIRES: the memory of both models'
  // tensors, kernels and parallel outlive this.
  struct Models {
    Plan policy;
    const TensorViews& tensors;
    Plan reference;
    const TensorViews& start;
  };

  [[nodiscard]] static Result<PreferenceJudge> create(Models models,
                                                      const PreferenceSettings& settings,
                                                      const Kernels& kernels, Parallel& parallel);

  // Sums over the pairs are those of the halving tree. Writes the gradient of the sum of the losses
  // by the loss of each row, 0 where a row is of no pair. kInvalidInput if the batch has no pairs.
  [[nodiscard]] Result<Judgement> judge(const data::Batch& batch, std::span<float> row_weight_N);

 private:
  PreferenceJudge(std::unique_ptr<Executor> policy, std::unique_ptr<Executor> reference,
                  const PreferenceSettings& settings, const Kernels& kernels, Parallel& parallel);
  [[nodiscard]] float margin(const data::PreferencePair& pair, std::span<const float> policy_N,
                             std::span<const float> reference_N) const;

  std::unique_ptr<Executor> policy_, reference_;
  PreferenceSettings settings_;
  const Kernels* kernels_;
  Parallel* parallel_;
};

}  // namespace glass::engine
