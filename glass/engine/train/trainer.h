// Trainer: the loop body of a training. It computes steps, notices what goes wrong, and keeps
// checkpoints; the caller keeps the chain of records, the metrics and the time.
//
//   plan_training(settings, ...), Trainer::create(plan, source, world)
//   trainer.resume(steps of the chain), or initialize()
//   until trainer.done():
//     record = trainer.step()
//     head = chain.append(to_json(record))
//     if record.parameters: chain.sync(), trainer.save(head)
//   trainer.finish()
//
// Invariants:
//   1. The state after step s is a pure function of the settings and the batches of the steps up
//      to s: not of threads, workers, kernels, kills or resumes.
//   2. A checkpoint is due after every checkpoint_every steps and after the last one. The snapshot
//      is the state as of the last step at which one was due, or the initial state, which is made
//      again rather than copied: what a roll-back returns to, the same in a run, a resume and a
//      replay.
//   3. After an Action::kStop no further step is made.
//   4. Where a recheck is due the step is made twice (recheck.h); its record does not tell.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/optim/optimizer.h"
#include "glass/engine/train/batch_source.h"
#include "glass/engine/train/checkpoint_writer.h"
#include "glass/engine/train/evaluation.h"
#include "glass/engine/train/gradient_worker.h"
#include "glass/engine/train/recheck.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/training_plan.h"
#include "glass/engine/train/training_state.h"
#include "glass/system/files.h"

namespace glass::engine {

// What the trainer works with; all of it outlives the trainer.
struct TrainerWorld {
  const Kernels& kernels;
  Parallel& parallel;
  system::Files& files;
  system::Path checkpoints;  // the folder; made when first written to
  // What the parameters begin with, and what those that are not trained are; null: they are random.
  const TensorViews* start = nullptr;
  // Asked many times within a step; an error ends the step, which has changed nothing then, and is
  // what step() returns. None: a step is never ended.
  std::function<Status()> may_go_on = {};
};

class Trainer {
 public:
  // kRefused when the memory cannot be had; kInvalidInput if world.start does not fit (see
  // expect_start). The state is not defined until one of initialize,
  // resume and restore.
  [[nodiscard]] static Result<std::unique_ptr<Trainer>> create(TrainingPlan plan,
                                                               BatchSource source,
                                                               const TrainerWorld& world);
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  void initialize();

  // Loads the newest good checkpoint of at most `last_step` steps, else initializes. Removes what
  // earlier attempts left aside.
  struct Resumed {
    int64_t step = 0;
    std::optional<crypto::Digest> chain_head;  // of the checkpoint
    std::vector<std::string> broken;           // newer checkpoints, and what is wrong with them
  };

  [[nodiscard]] Result<Resumed> resume(int64_t last_step);

  // Loads the checkpoint of exactly that step; 0: the initial state.
  [[nodiscard]] Status restore(int64_t step);

  [[nodiscard]] bool done() const { return progress().step >= plan_.settings.schedule.steps; }

  // The next step. Nothing is allocated, but for a roll-back to the initial state. Also tells,
  // before it begins, when the last checkpoint could not be written. kMismatch where a recheck was
  // due and the machine computed or remembered wrongly.
  [[nodiscard]] Result<StepRecord> step();

  // What the recheck of the last step found, also where a third time settled it: a fact of this
  // machine, and therefore not in the record.
  [[nodiscard]] const std::optional<Corruption>& corruption() const {
    return recheck_.corruption();
  }

  // Begins to write the checkpoint that was due after the last step. REQUIRES: one was due, and
  // this is the first call since.
  void save(const crypto::Digest& chain_head);

  // Waits for the checkpoint in flight, and tells when it could not be written.
  [[nodiscard]] Status finish();

  [[nodiscard]] Result<Evaluation> evaluate(const HeldOutSource& source, int64_t max_targets);

  [[nodiscard]] const Progress& progress() const { return state_.progress; }

  [[nodiscard]] const TrainingPlan& plan() const { return plan_; }

  [[nodiscard]] std::span<const float> parameters() const { return state_.parameters.span(); }

  // All parameters as they are, trained or not; the memory is the trainer's and the start's.
  [[nodiscard]] TensorViews tensors() const;

  // What is evaluated, sampled and exported: the same, or with the average of what is trained.
  [[nodiscard]] TensorViews model() const;

  [[nodiscard]] crypto::Digest parameter_digest();
  [[nodiscard]] crypto::Digest model_digest();

  // The first worker's, for profiles.
  [[nodiscard]] Executor& executor() { return workers_.front().executor(); }

 private:
  Trainer(TrainingPlan plan, BatchSource source, const TrainerWorld& world);
  [[nodiscard]] Status create_workers();
  [[nodiscard]] bool checkpoint_due() const;
  [[nodiscard]] Result<StepSum> gradient();
  [[nodiscard]] Result<StepRecord> make_step(TensorDigests* gradient_digests);
  [[nodiscard]] Result<StepTrace> trace_step();
  void start_over();
  void take_over();
  void roll_back();
  [[nodiscard]] std::optional<StepEvent> judge(const StepRecord& record) const;
  void apply(const StepRecord& record, const StepSum& sum);
  void update_average();
  [[nodiscard]] std::span<const float> values_in_use() const;
  [[nodiscard]] TensorViews tensors_with(std::span<const float> values) const;
  [[nodiscard]] Status take_snapshot(StepRecord& record);

  TrainingPlan plan_;
  BatchSource source_;
  TrainerWorld world_;
  TrainingState state_;
  Optimizer optimizer_;
  std::vector<GradientWorker> workers_;
  std::optional<Evaluator> evaluator_;
  CheckpointWriter writer_;
  Recheck recheck_;
  std::optional<StateDigests> due_;  // of the snapshot, until save()
  bool stopped_ = false;
  bool snapshot_is_initial_ = false;  // and not in the writer
};

}  // namespace glass::engine
