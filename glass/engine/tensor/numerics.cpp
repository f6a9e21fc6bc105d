#include "glass/engine/tensor/numerics.h"

#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"

namespace glass::engine {

std::string_view name(Numerics numerics) {
  return numerics == Numerics::kPortable1 ? "portable-1" : "portable-1-bf16";
}

Result<Numerics> numerics_from_name(std::string_view text) {
  for (const Numerics numerics : {Numerics::kPortable1, Numerics::kPortable1Bf16}) {
    if (text == name(numerics)) return numerics;
  }
  return fail(ErrorCode::kInvalidInput,
              fmt::format("numerics class '{}' is one that this program does not know", text));
}

}  // namespace glass::engine
