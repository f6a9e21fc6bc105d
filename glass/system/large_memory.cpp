#include "glass/system/large_memory.h"

#include <sys/mman.h>

#include <cstddef>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"

namespace glass::system {

void LargeMemory::Unmap::operator()(std::byte* at) const {
  ::munmap(at, bytes);
}

Result<LargeMemory> LargeMemory::allocate(size_t bytes) {
  GLASS_CHECK(bytes >= 1);
  void* const at =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED)
    return fail(ErrorCode::kRefused,
                fmt::format("the machine does not give {} bytes of memory", bytes));
#ifdef MADV_HUGEPAGE
  ::madvise(at, bytes, MADV_HUGEPAGE);  // a hint: may fail
#endif
  LargeMemory memory;
  memory.memory_ = {static_cast<std::byte*>(at), Unmap{.bytes = bytes}};
  return memory;
}

}  // namespace glass::system
