#include "bench/fma_peak.h"

#include <atomic>
#include <chrono>
#include <cstdint>

#include "glass/engine/kernels/fma_burst.h"

namespace glass::bench {

double fma_peak_gflops(Parallel& parallel) {
  constexpr int64_t kOperationsOfOneWorker = 4'000'000'000;
  using SteadyClock = std::chrono::steady_clock;
  std::atomic<int64_t> operations = 0;
  const auto begin = SteadyClock::now();
  parallel.run([&](int) { operations += engine::fma_burst(kOperationsOfOneWorker); });
  const std::chrono::duration<double> seconds = SteadyClock::now() - begin;
  return static_cast<double>(operations) / seconds.count() / 1e9;
}

}  // namespace glass::bench
