// CheckpointWriter: writes checkpoints in a thread of its own while the training goes on.
//
// Life of a checkpoint: the trainer waits for the one before (at most one is in flight), copies its
// state into snapshot(), and calls start(). The thread writes it aside, publishes it, and removes
// the old ones that retention does not keep. What went wrong is told by the next wait().
//
// The snapshot stays as it is until the next checkpoint: it is also what a roll-back returns to.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <thread>

#include "glass/base/result.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/train/manifest.h"
#include "glass/engine/train/training_state.h"
#include "glass/system/files.h"

namespace glass::engine {

struct Retention {
  int64_t keep_last = 3;         // the newest so many, at least 1
  int64_t keep_every_steps = 0;  // and the multiples of this, for ever; 0: none
};

// Removes the checkpoints that retention does not keep.
[[nodiscard]] Status apply_retention(system::Files& files, const system::Path& folder,
                                     const Retention& retention);

class CheckpointWriter {
 public:
  // REQUIRES: files and layout outlive this.
  // `moments`, `average`: those of the state.
  CheckpointWriter(system::Files& files, system::Path folder, const Retention& retention,
                   const ParameterLayout& layout, int moments, bool average = false);
  ~CheckpointWriter();  // waits; an error nobody asked for is lost
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  // Until nothing is in flight; the error, once, if the last checkpoint could not be written. An
  // exception that ended the writing, such as a lack of memory, is thrown here.
  [[nodiscard]] Status wait();

  // The same if nothing is in flight any more, else success at once.
  [[nodiscard]] Status poll();

  // May be read at any time, and written to after wait().
  [[nodiscard]] TrainingState& snapshot() { return snapshot_; }

  [[nodiscard]] const TrainingState& snapshot() const { return snapshot_; }

  // Writes the snapshot. REQUIRES: nothing is in flight; the manifest is that of the snapshot.
  void start(Manifest manifest);

 private:
  [[nodiscard]] Status write(const Manifest& manifest);

  system::Files& files_;
  system::Path folder_;
  Retention retention_;
  const ParameterLayout& layout_;
  TrainingState snapshot_;
  std::thread thread_;
  std::atomic<bool> done_ = true;  // outcome_ is there
  Status outcome_;
  std::exception_ptr thrown_;  // instead of an outcome
};

}  // namespace glass::engine
