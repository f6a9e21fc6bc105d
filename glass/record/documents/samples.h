// Samples: texts that a model wrote over the steps of its training, in memory that does not grow
// with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace glass::record {

struct SampleFact {
  int64_t step;
  std::string prompt;
  std::string text;  // without the prompt
};

// Up to kOccasions steps with samples are kept whole. Of more, one in `one_in()` is kept, from the
// first on, and the newest; how many is doubled whenever there are too many.
class Samples {
 public:
  static constexpr size_t kOccasions = 64;

  // Samples come in the order of their steps.
  void add(SampleFact sample);

  // What is kept, in the order of the steps.
  [[nodiscard]] std::vector<SampleFact> kept() const;

  // The steps after which there were samples, kept or not.
  [[nodiscard]] int64_t occasions() const { return count_; }

  [[nodiscard]] int64_t one_in() const { return one_in_; }

 private:
  struct Occasion {
    int64_t number;  // from 0
    std::vector<SampleFact> samples;
  };

  void begin_occasion();

  std::vector<Occasion> kept_;  // the last is the newest
  int64_t count_ = 0;
  int64_t one_in_ = 1;
};

}  // namespace glass::record
