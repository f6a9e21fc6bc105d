#include "glass/engine/kernels/random_normal.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "glass/base/philox.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/math_constants.h"

namespace glass::engine {
namespace {

// The variates 4 * index .. 4 * index + 3.
std::array<float, 4> four_normals(const PhiloxBlock& block) {
  std::array<float, 4> result{};
  for (size_t pair = 0; pair < 4; pair += 2) {
    const double unit = (static_cast<double>(block[pair]) + 1.0) * 0x1p-32;  // (0, 1]
    const double turn = static_cast<double>(block[pair + 1]) * 0x1p-32;      // [0, 1)
    const double radius = std::sqrt(-2.0 * log(unit));
    const double angle = turn * constants::kTwoPiDouble;
    result[pair] = static_cast<float>(radius * cos(angle));
    result[pair + 1] = static_cast<float>(radius * sin(angle));
  }
  return result;
}

}  // namespace

void fill_random_normal(std::span<float> out, uint64_t seed, Purpose purpose, uint64_t stream,
                        uint64_t first) {
  std::array<float, 4> four{};
  for (size_t i = 0; i < out.size(); ++i) {
    const uint64_t index = first + i;
    if (i == 0 || index % 4 == 0)
      four = four_normals(random_block(seed, purpose, stream, index / 4));
    out[i] = four[index % 4];
  }
}

}  // namespace glass::engine
