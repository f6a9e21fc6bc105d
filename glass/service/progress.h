// Progress: what a use case tells whoever watches. The command line draws it; tests count it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace glass::service {

struct TrainingStatus {
  int64_t step;   // done
  int64_t steps;  // of the run
  double loss;    // of the newest step, nats per token
  double tokens_per_second;
  std::optional<double> mfu;
  int64_t remaining_ms;
};

class Progress {
 public:
  virtual ~Progress() = default;

  // A new part of the job; `found` says that its result was there already.
  virtual void stage(std::string_view name, bool found) = 0;

  // A line that stays.
  virtual void note(std::string_view text) = 0;

  // How far the stage is; replaced by the next call.
  virtual void part(std::string_view what, uint64_t done, uint64_t total) = 0;
  virtual void training(const TrainingStatus& status) = 0;

  // Text of a model as it comes, whole UTF-8 characters.
  virtual void generated(std::string_view text) = 0;
};

}  // namespace glass::service
