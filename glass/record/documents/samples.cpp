#include "glass/record/documents/samples.h"

#include <utility>
#include <vector>

namespace glass::record {

void Samples::begin_occasion() {
  if (!kept_.empty() && kept_.back().number % one_in_ != 0) kept_.pop_back();
  if (kept_.size() == kOccasions) {
    one_in_ *= 2;
    std::erase_if(kept_, [&](const Occasion& one) { return one.number % one_in_ != 0; });
  }
  kept_.push_back({.number = count_++, .samples = {}});
}

void Samples::add(SampleFact sample) {
  if (kept_.empty() || kept_.back().samples.front().step != sample.step) begin_occasion();
  kept_.back().samples.push_back(std::move(sample));
}

std::vector<SampleFact> Samples::kept() const {
  std::vector<SampleFact> samples;
  for (const Occasion& one : kept_)
    samples.insert(samples.end(), one.samples.begin(), one.samples.end());
  return samples;
}

}  // namespace glass::record
