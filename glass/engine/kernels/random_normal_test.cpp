// Normal variates: their moments, and pinned bits.
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/philox.h"
#include "glass/engine/kernels/kernels.h"

namespace glass::engine {
namespace {

void fill(std::span<float> out, uint64_t seed, uint64_t stream) {
  SerialParallel serial;
  find_kernels("")->random_normal({.out = out.data(),
                                   .count = std::ssize(out),
                                   .seed = seed,
                                   .purpose = Purpose::kInitialWeights,
                                   .stream = stream,
                                   .scale = 1},
                                  serial);
}

TEST(RandomNormal, StreamsAndSeedsDiffer) {
  std::array<float, 3> a{}, b{}, c{};
  fill(a, 7, 3);
  fill(b, 7, 4);
  fill(c, 8, 3);
  EXPECT_NE(a, b);
  EXPECT_NE(a, c);
}

TEST(RandomNormal, MomentsAndTailsAreThoseOfANormal) {
  std::vector<float> x(200000);
  fill(x, 1, 0);
  double mean = 0;
  double square = 0;
  double fourth = 0;
  int beyond_two = 0;
  for (const float value : x) {
    const auto v = static_cast<double>(value);
    mean += v;
    square += v * v;
    fourth += v * v * v * v;
    if (std::fabs(v) > 2) ++beyond_two;
  }
  const auto n = static_cast<double>(x.size());
  EXPECT_NEAR(mean / n, 0, 0.01);
  EXPECT_NEAR(square / n, 1, 0.01);
  EXPECT_NEAR(fourth / n, 3, 0.1);
  EXPECT_NEAR(beyond_two / n, 0.0455, 0.002);
}

// The values of an independent implementation (Philox and libm in Python, doubles rounded once).
TEST(RandomNormal, BitsArePinned) {
  const std::array<uint32_t, 5> expected = {0x3fd294c7, 0x3ed84c7a, 0x3f930605, 0x3e20153b,
                                            0xc0137f7b};
  std::array<float, 5> x{};
  fill(x, 42, 1);
  for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(std::bit_cast<uint32_t>(x[i]), expected[i]);
}

}  // namespace
}  // namespace glass::engine
