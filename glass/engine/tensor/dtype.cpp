#include "glass/engine/tensor/dtype.h"

#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"

namespace glass::engine {

std::string_view name(DType dtype) {
  switch (dtype) {
    case DType::kF32: return "F32";
    case DType::kI32: return "I32";
    case DType::kBF16: return "BF16";
  }
  return "";
}

Result<DType> dtype_from_name(std::string_view text) {
  for (const DType dtype : {DType::kF32, DType::kI32, DType::kBF16}) {
    if (text == name(dtype)) return dtype;
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("element type '{}' is not supported", text));
}

}  // namespace glass::engine
