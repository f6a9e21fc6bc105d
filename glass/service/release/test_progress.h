// For tests: a progress that tells nobody.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/service/progress.h"

namespace glass::service {

class SilentProgress final : public Progress {
 public:
  void stage(std::string_view, bool) override {}

  void note(std::string_view) override {}

  void part(std::string_view, uint64_t, uint64_t) override {}

  void training(const TrainingStatus&) override {}

  void generated(std::string_view) override {}
};

}  // namespace glass::service
