// Numerics: the class of a training's results (docs/reference/numerics.md). Results of one class
// are the same bits everywhere; those of two classes are different results.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/base/result.h"

namespace glass::engine {

enum class Numerics : uint8_t {
  kPortable1,      // binary32 throughout
  kPortable1Bf16,  // the same sums; matrices and kept activations are numbers of bfloat16
};

// "portable-1", "portable-1-bf16"
std::string_view name(Numerics numerics);

// kInvalidInput if this program does not know the class.
[[nodiscard]] Result<Numerics> numerics_from_name(std::string_view text);

}  // namespace glass::engine
