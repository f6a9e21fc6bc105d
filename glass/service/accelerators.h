// Accelerators: the few figures of a machine that an estimate of time and energy needs.
#pragma once

#include <span>
#include <string_view>

#include "glass/base/result.h"

namespace glass::service {

struct Accelerator {
  std::string_view name;
  double peak_teraflops;  // dense bf16
  double rated_watts;     // of one, by its data sheet
};

std::span<const Accelerator> accelerators();

// kInvalidInput lists the names there are.
[[nodiscard]] Result<Accelerator> accelerator(std::string_view name);

// The share of the peak that published trainings reach (model FLOPs): the median of 53 on H100 is
// 41 %, that of 136 on A100 is 52 %; the lower one, rounded.
inline constexpr double kAcceleratorShare = 0.4;

// The share that this program reaches on processors: bench/results.
inline constexpr double kProcessorShare = 0.7;

}  // namespace glass::service
