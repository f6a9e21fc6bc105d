#include "glass/base/philox.h"

#include <cstdint>

#include "glass/base/check.h"

namespace glass {

namespace {

uint32_t low(uint64_t x) {
  return static_cast<uint32_t>(x);
}

uint32_t high(uint64_t x) {
  return static_cast<uint32_t>(x >> 32);
}

}  // namespace

PhiloxBlock philox(const PhiloxBlock& counter, const PhiloxKey& key) {
  auto [c0, c1, c2, c3] = counter;
  auto [k0, k1] = key;
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const uint64_t p0 = uint64_t{kPhiloxMultipliers[0]} * c0;
    const uint64_t p1 = uint64_t{kPhiloxMultipliers[1]} * c2;
    c0 = high(p1) ^ c1 ^ k0;
    c1 = low(p1);
    c2 = high(p0) ^ c3 ^ k1;
    c3 = low(p0);
    k0 += kPhiloxKeySteps[0];
    k1 += kPhiloxKeySteps[1];
  }
  return {c0, c1, c2, c3};
}

PhiloxKey philox_key(uint64_t seed, Purpose purpose) {
  return {low(seed) ^ static_cast<uint32_t>(purpose) * kPhiloxKeySteps[0], high(seed)};
}

PhiloxBlock random_block(uint64_t seed, Purpose purpose, uint64_t stream, uint64_t index) {
  return philox({low(index), high(index), low(stream), high(stream)}, philox_key(seed, purpose));
}

uint64_t random_below(uint64_t seed, Purpose purpose, uint64_t stream, uint64_t index,
                      uint64_t bound) {
  GLASS_CHECK(bound >= 1);
  const PhiloxBlock block = random_block(seed, purpose, stream, index);
  const uint64_t bits = uint64_t{block[1]} << 32 | block[0];
  // The upper 64 bits of the 128-bit product, by halves: no compiler extension needed.
  const uint64_t low_low = (bits & 0xFFFFFFFF) * (bound & 0xFFFFFFFF);
  const uint64_t high_low = (bits >> 32) * (bound & 0xFFFFFFFF);
  const uint64_t low_high = (bits & 0xFFFFFFFF) * (bound >> 32);
  const uint64_t middle = (low_low >> 32) + (high_low & 0xFFFFFFFF) + low_high;
  return (bits >> 32) * (bound >> 32) + (high_low >> 32) + (middle >> 32);
}

float random_unit(uint64_t seed, Purpose purpose, uint64_t stream, uint64_t index) {
  return static_cast<float>(random_block(seed, purpose, stream, index)[0] >> 8) * 0x1p-24F;
}

}  // namespace glass
