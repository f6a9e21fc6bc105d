// DType: the type of a tensor's elements.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/base/result.h"

namespace glass::engine {

enum class DType { kF32, kI32, kBF16 };

constexpr int64_t size_bytes(DType dtype) {
  switch (dtype) {
    case DType::kF32: return 4;
    case DType::kI32: return 4;
    case DType::kBF16: return 2;
  }
  return 0;
}

// "F32", "I32", "BF16": the names safetensors uses.
std::string_view name(DType dtype);
[[nodiscard]] Result<DType> dtype_from_name(std::string_view text);

}  // namespace glass::engine
