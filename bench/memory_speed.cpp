#include "bench/memory_speed.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

namespace glass::bench {

double memory_gigabytes_per_second(Parallel& parallel) {
  constexpr int64_t kWords = int64_t{1} << 26;
  const std::vector<uint64_t> words(kWords, 1);
  std::atomic<uint64_t> sum = 0;
  const auto begin = std::chrono::steady_clock::now();
  parallel.split(kWords, 1 << 16, [&](int64_t first, int64_t last, int /*worker*/) {
    uint64_t part = 0;
    for (int64_t i = first; i < last; ++i) part += words[static_cast<size_t>(i)];
    sum += part;
  });
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(sum * sizeof(uint64_t)) / seconds.count() / 1e9;
}

}  // namespace glass::bench
