// What the benchmarks share: aligned arrays, the median, and the time of a call.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <thread>
#include <vector>

namespace glass::bench {

// An aligned array of harmless values between -0.6 and 0.6.
class Floats {
 public:
  explicit Floats(int64_t count) : size_(static_cast<size_t>(count)) {
    data_ = static_cast<float*>(::operator new(size_ * sizeof(float), kAlign));
    for (size_t i = 0; i < size_; ++i) data_[i] = static_cast<float>(i * 7 % 13) * 0.1F - 0.6F;
  }

  ~Floats() { ::operator delete(data_, kAlign); }

  Floats(const Floats&) = delete;
  Floats& operator=(const Floats&) = delete;

  [[nodiscard]] float* data() const { return data_; }

 private:
  static constexpr std::align_val_t kAlign{64};
  size_t size_;
  float* data_;
};

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The seconds of the fastest of the calls that fit into 50 ms, after a pause that lets a peer's
// spinning threads fall asleep and one call to warm up.
template <typename Call>
double fastest_call(const Call& call) {
  std::this_thread::sleep_for(std::chrono::milliseconds(40));
  const auto timed = [&] {
    const auto begin = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  double best = timed();
  for (double spent = 0; spent < 0.05;) {
    const double seconds = timed();
    spent += seconds;
    best = std::min(best, seconds);
  }
  return best;
}

}  // namespace glass::bench
