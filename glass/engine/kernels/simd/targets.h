// The instruction sets that the Highway twins are compiled for. Include before any <hwy/...>
// header.
//
// Only sets with a fused multiply-add of their own qualify, since hn::MulAdd is a multiplication
// and an addition elsewhere, which gives other bits: AVX2 and AVX-512 on x86-64, NEON on aarch64.
// The lowest of them is declared to be the baseline, so that nothing is compiled for less; a
// machine without it never gets here, because simd_kernels() is nullptr there.
//
// A translation unit that uses Highway reads:
//
//   #include "glass/engine/kernels/simd/targets.h"
//   #undef HWY_TARGET_INCLUDE
//   #define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/norm.cpp"  // this file
//   #include <hwy/foreach_target.h>  // must come before highway.h
//   #include <hwy/highway.h>
//   #include "glass/engine/kernels/simd/norm-inl.h"
//
//   #if HWY_ONCE
//   namespace glass::engine { HWY_EXPORT(RmsNormRows); ... methods of SimdKernels ... }
//   #endif
#pragma once

#if defined(__x86_64__)
#define HWY_BASELINE_TARGETS HWY_AVX2
#elif !defined(__aarch64__)
#error "no instruction set here has twins: build no_simd.cpp instead"
#endif
#define HWY_DISABLED_TARGETS                                                           \
  (HWY_SCALAR | HWY_EMU128 | HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | \
   HWY_SVE_256 | HWY_SVE2_128)
