// What the tests of this room share: a model that trains in milliseconds, and a run over it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/train/trainer.h"
#include "glass/engine/train/training_plan.h"
#include "glass/system/files.h"

namespace glass::engine::test {

// 20 steps of 4 micro-batches of 2 x 24 tokens; a checkpoint every 5 steps.
TrainingSettings tiny_settings();

// A trainer over synthetic batches, or over another source, and the chain of its records in memory.
class TinyRun {
 public:
  TinyRun(const TrainingSettings& settings, system::Files& files, const system::Path& checkpoints,
          BatchSource source = nullptr, const TensorViews* start = nullptr);

  [[nodiscard]] Trainer& trainer() { return *trainer_; }

  // Makes steps up to `last`, saving what is due. Errors are passed on.
  [[nodiscard]] Status run_to(int64_t last);

  // Since the trainer was made.
  [[nodiscard]] const std::vector<StepRecord>& records() const { return records_; }

 private:
  SerialParallel serial_;
  std::unique_ptr<Trainer> trainer_;
  std::vector<StepRecord> records_;
};

// The digest of the parameters after a run from the start to `last`, nothing saved.
crypto::Digest digest_at(const TrainingSettings& settings, int64_t last);

}  // namespace glass::engine::test
