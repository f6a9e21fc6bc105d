#include "glass/system/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

#include "glass/base/check.h"

namespace glass::system {

void fill_random(std::span<uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    GLASS_CHECK(got > 0 || errno == EINTR);  // a kernel without randomness cannot make keys
    if (got > 0) out = out.subspan(static_cast<size_t>(got));
  }
}

}  // namespace glass::system
