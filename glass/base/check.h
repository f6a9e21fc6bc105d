// CHECK: what cannot happen stops the program with file and line; it is never handled.
//
// GLASS_CHECK is always on, also in release. GLASS_DCHECK is for inner loops and vanishes with
// NDEBUG.
#pragma once

#include <source_location>

namespace glass {

[[noreturn]] void check_failed(const char* what, std::source_location at);

}  // namespace glass

#define GLASS_CHECK(cond) \
  ((cond) ? void(0) : ::glass::check_failed(#cond, std::source_location::current()))

#ifdef NDEBUG
#define GLASS_DCHECK(cond) void(0)
#else
#define GLASS_DCHECK(cond) GLASS_CHECK(cond)
#endif
