#include "glass/system/float_environment.h"

#include <cfenv>
#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace glass::system {

bool float_environment_is_standard() {
#if defined(__x86_64__)
  constexpr unsigned kRounding = 0x6000, kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  return (_mm_getcsr() & (kRounding | kFlushToZero | kDenormalsAreZero)) == 0;
#elif defined(__aarch64__)
  constexpr uint64_t kFlushHalf = 1U << 19, kRounding = 3U << 22, kFlush = 1U << 24;
  uint64_t control = 0;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  return (control & (kFlushHalf | kRounding | kFlush)) == 0;
#else
  return std::fegetround() == FE_TONEAREST;
#endif
}

}  // namespace glass::system
