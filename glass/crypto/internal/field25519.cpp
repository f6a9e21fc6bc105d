#include "glass/crypto/internal/field25519.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace glass::crypto::internal {
namespace {

// number to the power 2^times.
Field25519 squared(Field25519 number, int times) {
  for (int i = 0; i < times; ++i) number = square(number);
  return number;
}

// number to the power 2^250 - 1, and to the power 11.
struct Powers {
  Field25519 ones, eleven;
};

Powers powers_of(const Field25519& number) {
  const Field25519 two = square(number);
  const Field25519 nine = squared(two, 2) * number;
  const Field25519 eleven = nine * two;
  const Field25519 ones5 = square(eleven) * nine;
  const Field25519 ones10 = squared(ones5, 5) * ones5;
  const Field25519 ones20 = squared(ones10, 10) * ones10;
  const Field25519 ones40 = squared(ones20, 20) * ones20;
  const Field25519 ones50 = squared(ones40, 10) * ones10;
  const Field25519 ones100 = squared(ones50, 50) * ones50;
  const Field25519 ones200 = squared(ones100, 100) * ones100;
  return {.ones = squared(ones200, 50) * ones50, .eleven = eleven};
}

}  // namespace

Field25519 from_bytes(const std::array<uint8_t, 32>& bytes) {
  Field25519 number;
  for (size_t bit = 0; bit < 255; ++bit) {
    const uint64_t value = bytes[bit / 8] >> bit % 8 & 1U;
    number.limbs[bit / 51] |= value << bit % 51;
  }
  return number;
}

std::array<uint8_t, 32> to_bytes(const Field25519& number) {
  Field25519 reduced = number * small_number(1);
  // Whether it is p or more: then 19 more reach 2^255.
  uint64_t carry = 19;
  for (const uint64_t limb : reduced.limbs) carry = (limb + carry) >> 51;
  carry *= 19;
  for (uint64_t& limb : reduced.limbs) {
    limb += carry;
    carry = limb >> 51;
    limb &= kLimbMask;
  }
  std::array<uint8_t, 32> bytes{};
  for (size_t at = 0; at < 32; ++at) {
    const size_t bit = at * 8, limb = bit / 51, shift = bit % 51;
    uint64_t value = reduced.limbs[limb] >> shift;
    if (shift > 43 && limb < 4) value |= reduced.limbs[limb + 1] << (51 - shift);
    bytes[at] = static_cast<uint8_t>(value);
  }
  return bytes;
}

Field25519 inverse(const Field25519& number) {
  const Powers powers = powers_of(number);
  return squared(powers.ones, 5) * powers.eleven;
}

Field25519 root_power(const Field25519& number) {
  return squared(powers_of(number).ones, 2) * number;
}

}  // namespace glass::crypto::internal
