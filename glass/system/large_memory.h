// LargeMemory: zeroed memory for arrays that are read from end to end, such as a model's weights,
// in huge pages where the kernel grants them: streaming through pages of 4 KiB stops at every
// border.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "glass/base/result.h"

namespace glass::system {

class LargeMemory {
 public:
  LargeMemory() = default;

  // Aligned to a page at least. kRefused when it cannot be had. REQUIRES: bytes >= 1.
  [[nodiscard]] static Result<LargeMemory> allocate(size_t bytes);

  [[nodiscard]] std::span<std::byte> span() const {
    return {memory_.get(), memory_.get_deleter().bytes};
  }

 private:
  struct Unmap {
    size_t bytes;  // value-initialised with the pointer: 0
    void operator()(std::byte* at) const;
  };

  std::unique_ptr<std::byte, Unmap> memory_;
};

}  // namespace glass::system
