// FMA burst: nothing but fused multiply-adds in registers. Whoever times it knows the arithmetic
// peak of this machine, which the share that a model uses (MFU) is measured against.
#pragma once

#include <cstdint>

namespace glass::engine {

// Keeps one core busy with the widest vectors the kernels use; returns the floating-point
// operations done, two for each multiply-add. A hundred million operations take a few milliseconds.
int64_t fma_burst(int64_t operations_at_least);

}  // namespace glass::engine
