// Evaluation: the loss on held-out text.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/plan/executor.h"
#include "glass/engine/plan/plan.h"
#include "glass/engine/train/batch_source.h"
#include "glass/engine/train/gradient_worker.h"

namespace glass::engine {

struct Evaluation {
  float loss = 0;            // nats per target
  double bits_per_byte = 0;  // sum of the losses / ln 2 / text bytes
  int64_t targets = 0;
  uint64_t text_bytes = 0;
};

class Evaluator {
 public:
  // `plan` is that of the loss graph; it runs in `arena` if that has room. REQUIRES: as of
  // GradientWorker.
  [[nodiscard]] static Result<Evaluator> create(Plan plan, const StepShape& shape,
                                                const TensorViews& parameters,
                                                const Kernels& kernels, Parallel& parallel,
                                                std::shared_ptr<Arena> arena = nullptr);

  // Over the first batches, until at least `max_targets` targets are counted. The sum is the
  // halving tree over the batches. kInvalidInput if there is nothing to evaluate on.
  [[nodiscard]] Result<Evaluation> run(const HeldOutSource& source, int64_t max_targets);

 private:
  Evaluator(std::unique_ptr<Executor> executor, const StepShape& shape, const Kernels& kernels,
            Parallel& parallel);
  [[nodiscard]] Result<float> loss_sum(const data::Batch& batch);

  std::unique_ptr<Executor> executor_;
  StepShape shape_;
  const Kernels* kernels_;
  Parallel* parallel_;
};

}  // namespace glass::engine
