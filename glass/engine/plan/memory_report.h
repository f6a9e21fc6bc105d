// MemoryReport: what a plan needs, known before anything runs.
#pragma once

#include <cstdint>
#include <string>

#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::engine {

struct MemoryReport {  // bytes
  int64_t parameters = 0;
  int64_t gradients = 0;
  int64_t optimizer = 0;  // filled in by whoever owns the optimizer's state
  int64_t inputs = 0;     // tokens and their like, caches
  int64_t arena = 0;      // activations, constants and scratch share it
  int64_t program = 0;    // the process itself; filled in by whoever plans for one
  // Of the arena, each at its own worst moment:
  int64_t activations_peak = 0;
  int64_t scratch_peak = 0;

  [[nodiscard]] int64_t total() const {
    return parameters + gradients + optimizer + inputs + arena + program;
  }
};

[[nodiscard]] Json to_json(const MemoryReport& report);

// One line for people: "412 MiB: parameters 61 MiB, gradients ...".
std::string to_text(const MemoryReport& report);

// kRefused, with the figures and what would help, if the total exceeds `available` bytes.
[[nodiscard]] Status expect_fits(const MemoryReport& report, int64_t available);

}  // namespace glass::engine
