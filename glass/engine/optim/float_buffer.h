// FloatBuffer: zeroed float32 memory on a 64-byte border, so that vectors never straddle lines.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <span>

namespace glass::engine {

class FloatBuffer {
 public:
  FloatBuffer() = default;

  // REQUIRES: count >= 0.
  explicit FloatBuffer(int64_t count)
      : values_(new (std::align_val_t{kAlignment}) float[static_cast<size_t>(count)]()),
        count_(static_cast<size_t>(count)) {}

  [[nodiscard]] std::span<float> span() { return {values_.get(), count_}; }

  [[nodiscard]] std::span<const float> span() const { return {values_.get(), count_}; }

 private:
  static constexpr size_t kAlignment = 64;

  struct Free {
    void operator()(float* at) const { operator delete[](at, std::align_val_t{kAlignment}); }
  };

  std::unique_ptr<float[], Free> values_;
  size_t count_ = 0;
};

}  // namespace glass::engine
