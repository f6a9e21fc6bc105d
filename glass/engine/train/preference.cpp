#include "glass/engine/train/preference.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/optim/gradient_tree.h"
#include "glass/engine/plan/executor.h"
#include "glass/engine/train/gradient_worker.h"

namespace glass::engine {
namespace {

constexpr std::array<std::pair<std::string_view, PreferenceLoss>, 3> kLossNames = {
    {{"sigmoid", PreferenceLoss::kSigmoid},
     {"hinge", PreferenceLoss::kHinge},
     {"ipo", PreferenceLoss::kIpo}}};

// -log sigmoid(x) = max(-x, 0) + log(1 + exp(-|x|)), which overflows nowhere.
PairLoss sigmoid_loss(float beta, float x) {
  const float e = exp(-std::max(x, -x));
  const float above = 1.0F / (1.0F + e);
  return {.loss = std::max(-x, 0.0F) + log(1.0F + e),
          .slope = -beta * (x >= 0 ? e * above : above)};
}

Result<Executor> executor_of(Plan plan, const TensorViews& tensors, const Kernels& kernels,
                             Parallel& parallel) {
  GLASS_TRY(Executor executor, Executor::create(std::move(plan), kernels, parallel));
  GLASS_TRY_STATUS(bind_parameters(executor, tensors));
  return executor;
}

Result<std::span<const float>> losses_of(Executor& executor, const data::Batch& batch) {
  GLASS_TRY_STATUS(bind_batch(executor, batch));
  GLASS_TRY_STATUS(executor.run());
  return executor.read("loss");
}

std::span<const float> rows(std::span<const float> values, int32_t begin, int32_t end) {
  return values.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
}

}  // namespace

Result<PreferenceLoss> preference_loss_from_name(std::string_view text) {
  for (const auto& [name, loss] : kLossNames) {
    if (name == text) return loss;
  }
  return fail(ErrorCode::kInvalidInput,
              fmt::format("the loss of preferences '{}' is unknown; it is 'sigmoid', 'hinge' or "
                          "'ipo'",
                          text));
}

PairLoss pair_loss(const PreferenceSettings& settings, float h) {
  const auto beta = static_cast<float>(settings.beta);
  switch (settings.loss) {
    case PreferenceLoss::kSigmoid: return sigmoid_loss(beta, beta * h);
    case PreferenceLoss::kHinge: {
      const float lacking = 1.0F - beta * h;
      return lacking > 0 ? PairLoss{.loss = lacking, .slope = -beta}
                         : PairLoss{.loss = 0, .slope = 0};
    }
    case PreferenceLoss::kIpo: {
      const float off = h - 0.5F / beta;
      return {.loss = off * off, .slope = 2.0F * off};
    }
  }
  return {};
}

PreferenceJudge::PreferenceJudge(std::unique_ptr<Executor> policy,
                                 std::unique_ptr<Executor> reference,
                                 const PreferenceSettings& settings, const Kernels& kernels,
                                 Parallel& parallel)
    : policy_(std::move(policy)),
      reference_(std::move(reference)),
      settings_(settings),
      kernels_(&kernels),
      parallel_(&parallel) {}

Result<PreferenceJudge> PreferenceJudge::create(Models models, const PreferenceSettings& settings,
                                                const Kernels& kernels, Parallel& parallel) {
  GLASS_TRY(Executor policy,
            executor_of(std::move(models.policy), models.tensors, kernels, parallel));
  GLASS_TRY(Executor reference,
            executor_of(std::move(models.reference), models.start, kernels, parallel));
  return PreferenceJudge(std::make_unique<Executor>(std::move(policy)),
                         std::make_unique<Executor>(std::move(reference)), settings, kernels,
                         parallel);
}

// The sums of both models are made in one order, so that h is exactly 0 where they are the same.
float PreferenceJudge::margin(const data::PreferencePair& pair, std::span<const float> policy_N,
                              std::span<const float> reference_N) const {
  const auto gain = [&](int32_t begin, int32_t end) {
    return kernels_->sum(rows(reference_N, begin, end), *parallel_) -
           kernels_->sum(rows(policy_N, begin, end), *parallel_);
  };
  return gain(pair.chosen_begin, pair.chosen_end) - gain(pair.rejected_begin, pair.rejected_end);
}

Result<Judgement> PreferenceJudge::judge(const data::Batch& batch, std::span<float> row_weight_N) {
  if (batch.pairs.empty())
    return fail(ErrorCode::kInvalidInput, "a batch of preferences has no pair of answers");
  GLASS_TRY(const std::span<const float> policy, losses_of(*policy_, batch));
  GLASS_TRY(const std::span<const float> reference, losses_of(*reference_, batch));
  std::ranges::fill(row_weight_N, 0.0F);
  Judgement judgement;
  std::vector<float> losses, margins;
  for (const data::PreferencePair& pair : batch.pairs) {
    const float h = margin(pair, policy, reference);
    const PairLoss found = pair_loss(settings_, h);
    losses.push_back(found.loss);
    margins.push_back(static_cast<float>(settings_.beta) * h);
    judgement.preferred += h > 0 ? 1 : 0;
    // h falls with the chosen answer's losses and rises with the rejected one's.
    for (int32_t row = pair.chosen_begin; row < pair.chosen_end; ++row)
      row_weight_N[static_cast<size_t>(row)] = -found.slope;
    for (int32_t row = pair.rejected_begin; row < pair.rejected_end; ++row)
      row_weight_N[static_cast<size_t>(row)] = found.slope;
  }
  judgement.loss = sum_leaves(losses);
  judgement.margin = sum_leaves(margins);
  return judgement;
}

}  // namespace glass::engine
