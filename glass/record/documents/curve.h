// Curve: points of a figure over the steps of a training, in memory that does not grow with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace glass::record {

struct StepPoint {
  int64_t step;
  int64_t unix_ms;  // when it was logged; 0 when unknown
  double value;

  friend bool operator==(const StepPoint&, const StepPoint&) = default;
};

// Of many points that follow one another only the lowest and the highest are kept, so that no spike
// is lost; of how many is doubled whenever there are too many. Curves of up to kExact points are
// kept whole.
class Curve {
 public:
  static constexpr size_t kExact = 4096;

  // Points come in the order of their steps.
  void add(const StepPoint& point);

  [[nodiscard]] bool empty() const { return count_ == 0; }

  // REQUIRES: not empty.
  [[nodiscard]] const StepPoint& last() const { return last_; }

  // What is kept, in the order of the steps: at most 2 kExact.
  [[nodiscard]] std::vector<StepPoint> points() const;

 private:
  struct Span {
    StepPoint low, high;
  };

  static Span join(const Span& a, const Span& b);

  std::vector<Span> spans_;  // of width_ points each, the last perhaps of fewer
  int64_t width_ = 1;
  int64_t count_ = 0;
  StepPoint last_ = {};
};

}  // namespace glass::record
