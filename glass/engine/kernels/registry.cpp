// Which implementations this program holds.
#include <array>
#include <span>
#include <string_view>

#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/reference/reference.h"
#include "glass/engine/kernels/simd/simd_kernels.h"

namespace glass::engine {

const Kernels& reference_kernels() {
  static const ReferenceKernels kernels;
  return kernels;
}

std::span<const Kernels* const> available_kernels() {
  static const std::array<const Kernels*, 2> kernels = {simd_kernels(), &reference_kernels()};
  return std::span(kernels).subspan(kernels[0] == nullptr ? 1 : 0);
}

const Kernels* find_kernels(std::string_view name) {
  if (name.empty()) return available_kernels().front();
  for (const Kernels* kernels : available_kernels()) {
    if (kernels->name() == name) return kernels;
  }
  return nullptr;
}

}  // namespace glass::engine
