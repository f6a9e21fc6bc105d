// FloatBuffer: float32 memory that is zero until it is written to, on the border of a page: so that
// vectors never straddle lines, and what is never written takes no memory.
#pragma once

#include <cstdint>
#include <new>
#include <span>
#include <utility>

#include "glass/system/large_memory.h"

namespace glass::engine {

class FloatBuffer {
 public:
  FloatBuffer() = default;

  // Throws std::bad_alloc, as new does. REQUIRES: count >= 0.
  explicit FloatBuffer(int64_t count) : count_(static_cast<size_t>(count)) {
    if (count == 0) return;
    auto memory = system::LargeMemory::allocate(count_ * sizeof(float));
    if (!memory) throw std::bad_alloc();
    memory_ = *std::move(memory);
  }

  [[nodiscard]] std::span<float> span() { return {data(), count_}; }

  [[nodiscard]] std::span<const float> span() const { return {data(), count_}; }

 private:
  [[nodiscard]] float* data() const { return reinterpret_cast<float*>(memory_.span().data()); }

  system::LargeMemory memory_;
  size_t count_ = 0;
};

}  // namespace glass::engine
