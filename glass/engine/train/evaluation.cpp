#include "glass/engine/train/evaluation.h"

#include <cstdint>
#include <memory>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/formats/model_file.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/optim/gradient_tree.h"
#include "glass/engine/plan/executor.h"
#include "glass/engine/plan/plan.h"
#include "glass/engine/train/batch_source.h"
#include "glass/engine/train/gradient_worker.h"

namespace glass::engine {

Evaluator::Evaluator(std::unique_ptr<Executor> executor, const StepShape& shape,
                     const Kernels& kernels, Parallel& parallel)
    : executor_(std::move(executor)), shape_(shape), kernels_(&kernels), parallel_(&parallel) {}

Result<Evaluator> Evaluator::create(Plan plan, const StepShape& shape,
                                    const TensorViews& parameters, const Kernels& kernels,
                                    Parallel& parallel, std::shared_ptr<Arena> arena) {
  if (arena != nullptr && arena->span().size() < plan.arena_bytes) arena = nullptr;
  GLASS_TRY(Executor executor,
            Executor::create(std::move(plan), kernels, parallel, std::move(arena)));
  GLASS_TRY_STATUS(bind_parameters(executor, parameters));
  return Evaluator(std::make_unique<Executor>(std::move(executor)), shape, kernels, parallel);
}

Result<Evaluation> Evaluator::run(const HeldOutSource& source, int64_t max_targets) {
  std::vector<float> losses;
  Evaluation evaluation;
  data::Batch batch;
  for (int64_t i = 0; i < source.batches && evaluation.targets < max_targets; ++i) {
    GLASS_TRY_STATUS(source.batch(i, batch));
    GLASS_TRY(const float loss, loss_sum(batch));
    losses.push_back(loss);
    const auto size = source.size_of(batch);
    evaluation.targets += size.targets;
    evaluation.text_bytes += size.text_bytes;
  }
  if (evaluation.targets == 0 || evaluation.text_bytes == 0)
    return fail(ErrorCode::kInvalidInput,
                "there is no held-out text to evaluate on; raise the held-out share");
  const float sum = sum_leaves(losses);
  evaluation.loss = sum / static_cast<float>(evaluation.targets);
  evaluation.bits_per_byte =
      static_cast<double>(sum) / std::numbers::ln2 / static_cast<double>(evaluation.text_bytes);
  return evaluation;
}

Result<float> Evaluator::loss_sum(const data::Batch& batch) {
  GLASS_TRY_STATUS(check_batch(batch, shape_.micro_batch.sequences, shape_.micro_batch.positions,
                               shape_.vocabulary));
  GLASS_TRY_STATUS(bind_batch(*executor_, batch));
  GLASS_TRY_STATUS(executor_->run());
  GLASS_TRY(const std::span<const float> losses, executor_->read("loss"));
  return kernels_->sum(losses, *parallel_);
}

}  // namespace glass::engine
