// The cases of what is kept in fewer bits.
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/half.h"
#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"

namespace glass::engine::testing {
namespace {

// Among them ties, what is too large, denormals, both zeros.
Floats numbers(int64_t count, float scale) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  const float special[] = {0.0F,      -0.0F,     1.00390625F,  1.01171875F,
                           -kLargest, 0x1p-149F, 0x1.fep-127F, 0x1.01p-126F};
  Floats x = random_floats(1, count, scale);
  for (int64_t i = 0; i < count; i += 3) x.data()[i] = special[i / 3 % 8];
  return x;
}

Outputs run_storage(const Kernels& kernels, Parallel& parallel, int64_t count, float scale,
                    bool in_place) {
  Floats x = numbers(count, scale);
  Floats y(count, kUntouched), loaded(count);
  float* const rounded = in_place ? x.data() : y.data();
  std::vector<uint16_t> stored(static_cast<size_t>(count));
  Floats alone(count);
  kernels.store_bf16({.x = x.data(), .y = alone.data(), .stored = nullptr, .count = count},
                     parallel);
  kernels.store_bf16({.x = x.data(), .y = rounded, .stored = stored.data(), .count = count},
                     parallel);
  kernels.load_bf16({.stored = stored.data(), .y = loaded.data(), .count = count}, parallel);
  std::vector<float> halves;
  for (const uint16_t half : stored) halves.push_back(float_from_bfloat16(half));
  return {{"y", in_place ? x.span() : y.span()},
          {"stored", halves},
          {"loaded", loaded.span()},
          {"without bits", alone.span()}};
}

}  // namespace

KernelCases storage_cases() {
  KernelCases cases;
  for (const int64_t count : {0, 1, 7, 8, 17, 33, 5000, 70001}) {
    for (const float scale : {1.0F, 1e-39F, 3e38F}) {
      for (const bool in_place : {false, true}) {
        cases.push_back(
            {fmt::format("storage {} scale {}{}", count, scale, in_place ? " in place" : ""),
             [=](const Kernels& kernels, Parallel& parallel) {
               return run_storage(kernels, parallel, count, scale, in_place);
             }});
      }
    }
  }
  return cases;
}

}  // namespace glass::engine::testing
