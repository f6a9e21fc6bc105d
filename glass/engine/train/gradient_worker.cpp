#include "glass/engine/train/gradient_worker.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/tree.h"
#include "glass/engine/optim/gradient_tree.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/plan/executor.h"
#include "glass/engine/plan/plan.h"
#include "glass/engine/train/batch_source.h"

namespace glass::engine {
namespace {

// As dropout() in graph/operations.h reads them.
std::array<int32_t, kRandomWords> random_words(uint64_t seed, int64_t step, int64_t micro) {
  std::array<int32_t, kRandomWords> words{};
  size_t at = 0;
  for (const uint64_t number : {seed, static_cast<uint64_t>(step), static_cast<uint64_t>(micro)}) {
    words[at++] = static_cast<int32_t>(static_cast<uint32_t>(number));
    words[at++] = static_cast<int32_t>(static_cast<uint32_t>(number >> 32));
  }
  return words;
}

}  // namespace

GradientWorker::GradientWorker(std::unique_ptr<Executor> executor, const StepShape& shape,
                               const ParameterLayout& layout, const Kernels& kernels,
                               Parallel& parallel)
    : executor_(std::move(executor)),
      shape_(shape),
      layout_(&layout),
      kernels_(&kernels),
      parallel_(&parallel) {}

Result<GradientWorker> GradientWorker::create(Plan plan, const StepShape& shape, TreeNode share,
                                              const ParameterLayout& layout,
                                              const TensorViews& parameters, const Kernels& kernels,
                                              Parallel& parallel) {
  GLASS_TRY(Executor executor, Executor::create(std::move(plan), kernels, parallel));
  GLASS_TRY_STATUS(bind_parameters(executor, parameters));
  GradientWorker worker(std::make_unique<Executor>(std::move(executor)), shape, layout, kernels,
                        parallel);
  worker.nodes_ = cover_nodes(shape.micro_batches, share.first, share.second);
  for (const TreeNode& node : worker.nodes_)
    worker.trees_.emplace_back(node.second - node.first, layout.floats(), kernels);
  return worker;
}

void GradientWorker::judge_by(PreferenceJudge judge) {
  judge_ = std::move(judge);
  row_weight_N_.resize(
      static_cast<size_t>(shape_.micro_batch.sequences * shape_.micro_batch.positions));
}

Result<StepPiece> GradientWorker::compute(int64_t step, const BatchSource& source) {
  StepPiece piece;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    GradientTree& tree = trees_[i];
    tree.restart();
    for (int64_t micro = nodes_[i].first; micro < nodes_[i].second; ++micro) {
      GLASS_TRY_STATUS(compute_micro(step, micro, source, tree.next_leaf(), piece));
      tree.finish_leaf(*parallel_);
    }
    piece.nodes.push_back({.leaves = nodes_[i], .sum = tree.sum()});
  }
  return piece;
}

Status GradientWorker::compute_micro(int64_t step, int64_t micro, const BatchSource& source,
                                     std::span<float> gradient, StepPiece& piece) {
  GLASS_TRY_STATUS(source(step, micro, batch_));
  GLASS_TRY_STATUS(check_batch(batch_, shape_.micro_batch.sequences, shape_.micro_batch.positions,
                               shape_.vocabulary));
  std::optional<Judgement> judgement;
  if (judge_) {
    GLASS_TRY(judgement, judge_->judge(batch_, row_weight_N_));
    piece.margins.push_back(judgement->margin);
    piece.preferred += judgement->preferred;
    GLASS_TRY_STATUS(executor_->bind("row_weights", std::span<const float>(row_weight_N_)));
  }
  GLASS_TRY_STATUS(bind_batch(*executor_, batch_));
  random_ = random_words(shape_.seed, step, micro);
  if (executor_->plan().graph.find("random") != nullptr)
    GLASS_TRY_STATUS(executor_->bind("random", std::span<const int32_t>(random_)));
  for (const ParameterSlot& slot : layout_->slots())
    GLASS_TRY_STATUS(executor_->bind_mutable(slot.name + ".gradient", slot.of(gradient)));
  GLASS_TRY_STATUS(executor_->run());
  GLASS_TRY(const std::span<const float> losses, executor_->read("loss"));
  piece.losses.push_back(judgement ? judgement->loss : kernels_->sum(losses, *parallel_));
  piece.batches.push_back(digest_of(batch_));
  piece.targets += judge_ ? std::ssize(batch_.pairs) : count_targets(batch_);
  return {};
}

Status bind_parameters(Executor& executor, const TensorViews& parameters) {
  for (const auto& [name, tensor] : parameters)
    GLASS_TRY_STATUS(executor.bind(name, tensor.values));
  return {};
}

Status bind_batch(Executor& executor, const data::Batch& batch) {
  const auto bind = [&](std::string_view name, const std::vector<int32_t>& values) {
    return executor.bind(name, std::span<const int32_t>(values));
  };
  GLASS_TRY_STATUS(bind("tokens", batch.token_N));
  GLASS_TRY_STATUS(bind("targets", batch.target_N));
  GLASS_TRY_STATUS(bind("positions", batch.position_N));
  return bind("first_key", batch.first_key);
}

StepSum combine(const StepShape& shape, std::span<const StepPiece> pieces, const Kernels& kernels,
                Parallel& parallel) {
  std::vector<GradientNode> nodes;
  std::vector<float> losses, margins;
  crypto::Sha256 batches;
  StepSum sum;
  int64_t preferred = 0;
  for (const StepPiece& piece : pieces) {
    nodes.insert(nodes.end(), piece.nodes.begin(), piece.nodes.end());
    losses.insert(losses.end(), piece.losses.begin(), piece.losses.end());
    for (const crypto::Digest& digest : piece.batches) batches.update(digest.bytes);
    margins.insert(margins.end(), piece.margins.begin(), piece.margins.end());
    sum.targets += piece.targets;
    preferred += piece.preferred;
  }
  GLASS_CHECK(std::ssize(losses) == shape.micro_batches);
  sum.gradient = sum_nodes(shape.micro_batches, nodes, kernels, parallel);
  sum.loss = sum_leaves(losses);
  if (!margins.empty() && sum.targets > 0)
    sum.preference = {.preferred = preferred,
                      .margin = sum_leaves(margins) / static_cast<float>(sum.targets)};
  sum.batch = batches.finish();
  return sum;
}

}  // namespace glass::engine
