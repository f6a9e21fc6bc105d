#include "glass/engine/tensor/shape.h"

#include <cstdint>
#include <span>
#include <string>

#include <fmt/core.h>

#include "glass/base/result.h"

namespace glass::engine {

Result<int64_t> element_count(std::span<const int64_t> extents) {
  int64_t count = 1;
  for (const int64_t extent : extents) {
    if (extent < 0)
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("shape {} has a negative extent", to_text(extents)));
    if (__builtin_mul_overflow(count, extent, &count))
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("shape {} has too many elements", to_text(extents)));
  }
  return count;
}

std::string to_text(std::span<const int64_t> extents) {
  std::string text = "[";
  for (size_t i = 0; i < extents.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(extents[i]);
  }
  return text + "]";
}

}  // namespace glass::engine
