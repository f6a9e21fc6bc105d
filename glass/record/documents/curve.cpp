#include "glass/record/documents/curve.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace glass::record {
namespace {

// What is not a number gives way to what is.
const StepPoint& lower(const StepPoint& a, const StepPoint& b) {
  return std::isfinite(b.value) && !(a.value <= b.value) ? b : a;
}

const StepPoint& higher(const StepPoint& a, const StepPoint& b) {
  return std::isfinite(b.value) && !(a.value >= b.value) ? b : a;
}

}  // namespace

Curve::Span Curve::join(const Span& a, const Span& b) {
  return {.low = lower(a.low, b.low), .high = higher(a.high, b.high)};
}

void Curve::add(const StepPoint& point) {
  const Span one{.low = point, .high = point};
  if (count_ % width_ != 0) {
    spans_.back() = join(spans_.back(), one);
  } else {
    if (spans_.size() == kExact) {
      for (size_t i = 0; i < kExact / 2; ++i) spans_[i] = join(spans_[2 * i], spans_[2 * i + 1]);
      spans_.resize(kExact / 2);
      width_ *= 2;
    }
    spans_.push_back(one);
  }
  ++count_;
  last_ = point;
}

std::vector<StepPoint> Curve::points() const {
  std::vector<StepPoint> points;
  for (const Span& span : spans_) {
    const bool low_first = span.low.step <= span.high.step;
    points.push_back(low_first ? span.low : span.high);
    if (span.low.step != span.high.step) points.push_back(low_first ? span.high : span.low);
  }
  return points;
}

}  // namespace glass::record
