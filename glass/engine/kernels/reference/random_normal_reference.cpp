// Normal variates, four from each block of Philox.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/base/philox.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/kernels/math_constants.h"
#include "glass/engine/kernels/reference/random_block.h"
#include "glass/engine/kernels/reference/reference.h"

namespace glass::engine {

namespace {

// Of the words (0, 1) two variates, of (2, 3) two more.
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

void fill_block(const RandomNormalArgs& a, int64_t block) {
  const auto four =
      four_normals(random_block(a.seed, a.purpose, a.stream, static_cast<uint64_t>(block)));
  const int64_t begin = 4 * block;
  for (int64_t i = begin; i < std::min(a.count, begin + 4); ++i)
    a.out[i] = four[static_cast<size_t>(i - begin)] * a.scale;
}

void ReferenceKernels::random_normal(const RandomNormalArgs& a, Parallel& parallel) const {
  parallel.split((a.count + 3) / 4, 1, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t block = begin; block < end; ++block) fill_block(a, block);
  });
}

}  // namespace glass::engine
