// GradientWorker: one worker's part of a step: the gradients of its micro-batches, summed to the
// nodes of the halving tree that lie within its share. Any number of workers gives the same bits.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/tree.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/optim/gradient_tree.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/plan/executor.h"
#include "glass/engine/plan/plan.h"
#include "glass/engine/train/batch_source.h"
#include "glass/engine/train/preference.h"
#include "glass/engine/train/step_record.h"

namespace glass::engine {

// What all workers of a step share.
struct StepShape {
  BatchShape micro_batch;
  int64_t micro_batches = 1;  // of the whole step
  int64_t vocabulary = 0;
  uint64_t seed = 0;  // of what is dropped
};

// What one worker hands over; the buffers are the worker's and last until its next compute().
struct StepPiece {
  std::vector<GradientNode> nodes;
  std::vector<float> losses;            // the sum of the losses of each micro-batch
  std::vector<crypto::Digest> batches;  // of each micro-batch
  int64_t targets = 0;
  std::vector<float> margins;  // of each micro-batch, where pairs are judged
  int64_t preferred = 0;
};

struct StepSum {
  std::span<float> gradient;  // of the sum of the losses
  float loss = 0;             // the sum of the losses
  int64_t targets = 0;
  crypto::Digest batch;  // SHA-256 over the digests of the micro-batches
  std::optional<PreferenceFigures> preference = {};  // where pairs are judged
};

class GradientWorker {
 public:
  // `plan` is that of the training graph of one micro-batch; `share` the micro-batches of this
  // worker; `layout` that of the gradients. REQUIRES: layout, the memory of the parameters, kernels
  // and parallel outlive this; `parameters` has all that the graph names.
  [[nodiscard]] static Result<GradientWorker> create(Plan plan, const StepShape& shape,
                                                     TreeNode share, const ParameterLayout& layout,
                                                     const TensorViews& parameters,
                                                     const Kernels& kernels, Parallel& parallel);

  // From now on batches are of preferences: rows are weighted by what the judge says, the losses
  // are those of the pairs, and what is counted as targets are pairs. REQUIRES: the graph is
  // weighted.
  void judge_by(PreferenceJudge judge);

  // `step` counts from 0.
  [[nodiscard]] Result<StepPiece> compute(int64_t step, const BatchSource& source);

  [[nodiscard]] Executor& executor() { return *executor_; }

 private:
  GradientWorker(std::unique_ptr<Executor> executor, const StepShape& shape,
                 const ParameterLayout& layout, const Kernels& kernels, Parallel& parallel);
  [[nodiscard]] Status compute_micro(int64_t step, int64_t micro, const BatchSource& source,
                                     std::span<float> gradient, StepPiece& piece);

  std::unique_ptr<Executor> executor_;
  StepShape shape_;
  const ParameterLayout* layout_;
  const Kernels* kernels_;
  Parallel* parallel_;
  std::vector<TreeNode> nodes_;
  std::vector<GradientTree> trees_;  // one a node
  data::Batch batch_;
  std::array<int32_t, kRandomWords> random_{};
  std::optional<PreferenceJudge> judge_;
  std::vector<float> row_weight_N_;  // of the judge
};

// Lends the parameters to the graph for as long as the executor lives.
[[nodiscard]] Status bind_parameters(Executor& executor, const TensorViews& parameters);

// Lends the batch to the graph's inputs until the next one.
[[nodiscard]] Status bind_batch(Executor& executor, const data::Batch& batch);

// Finishes the tree over the pieces of all workers, which are used up.
// REQUIRES: the pieces are in the order of their shares and cover all micro-batches.
StepSum combine(const StepShape& shape, std::span<const StepPiece> pieces, const Kernels& kernels,
                Parallel& parallel);

}  // namespace glass::engine
