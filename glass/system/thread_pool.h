// ThreadPool: persistent workers that carry out Parallel's jobs.
//
// Workers spin for a short while between jobs and then sleep, so that the hundreds of jobs of a
// training step cost microseconds each. A pool with as many workers as the affinity mask has cores
// gives each its own core, without tying the caller's thread. Each worker asserts, before each job,
// round-to-nearest and that denormals are kept.
#pragma once

#include <memory>

#include "glass/base/parallel.h"

namespace glass::system {

class ThreadPool final : public Parallel {
 public:
  // REQUIRES: workers >= 1. The caller of run() is worker 0; workers - 1 threads are started, or as
  // many as the machine allows: workers() tells.
  explicit ThreadPool(int workers);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] int workers() const override;
  void run(FunctionRef<void(int)> body) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace glass::system
