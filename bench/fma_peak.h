// The most fused multiply-adds this machine does: what 100 % of its arithmetic would be.
#pragma once

#include "glass/base/parallel.h"

namespace glass::bench {

// One measurement of about 50 ms, in GFLOP/s, with the widest vectors that the kernels use.
double fma_peak_gflops(Parallel& parallel);

}  // namespace glass::bench
