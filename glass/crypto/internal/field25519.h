// Field25519: numbers modulo p = 2^255 - 19, in which the points of Ed25519 have their coordinates.
// Not in constant time: for what everybody may know.
//
// Five limbs of 51 bits, least first. A product, a square and what is read from bytes have limbs
// below 2^52; a sum or difference of two such has limbs below 2^54, which is what a product takes.
// So of sums and differences no more than two are nested before the next product.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace glass::crypto::internal {

__extension__ using WideLimb = unsigned __int128;

struct Field25519 {
  std::array<uint64_t, 5> limbs{};
};

inline constexpr uint64_t kLimbMask = (uint64_t{1} << 51) - 1;

inline Field25519 small_number(uint64_t value) {
  return {{value, 0, 0, 0, 0}};
}

inline Field25519 operator+(const Field25519& a, const Field25519& b) {
  Field25519 sum;
  for (size_t i = 0; i < 5; ++i) sum.limbs[i] = a.limbs[i] + b.limbs[i];
  return sum;
}

// By 4 p more, so that no limb falls below zero.
inline Field25519 operator-(const Field25519& a, const Field25519& b) {
  constexpr uint64_t kLowest = (kLimbMask - 18) * 4, kOther = kLimbMask * 4;
  Field25519 difference;
  difference.limbs[0] = a.limbs[0] + kLowest - b.limbs[0];
  for (size_t i = 1; i < 5; ++i) difference.limbs[i] = a.limbs[i] + kOther - b.limbs[i];
  return difference;
}

// Limbs of 51 bits from sums of products: what is above 2^255 comes back 19 times below.
inline Field25519 carried(std::array<WideLimb, 5> sums) {
  Field25519 product;
  for (size_t i = 0; i < 4; ++i) {
    sums[i + 1] += static_cast<uint64_t>(sums[i] >> 51);
    product.limbs[i] = static_cast<uint64_t>(sums[i]) & kLimbMask;
  }
  product.limbs[4] = static_cast<uint64_t>(sums[4]) & kLimbMask;
  product.limbs[0] += static_cast<uint64_t>(sums[4] >> 51) * 19;
  product.limbs[1] += product.limbs[0] >> 51;
  product.limbs[0] &= kLimbMask;
  return product;
}

inline Field25519 operator*(const Field25519& left, const Field25519& right) {
  const auto& a = left.limbs;
  const auto& b = right.limbs;
  const uint64_t b1 = b[1] * 19, b2 = b[2] * 19, b3 = b[3] * 19, b4 = b[4] * 19;
  return carried({WideLimb{a[0]} * b[0] + WideLimb{a[1]} * b4 + WideLimb{a[2]} * b3 +
                      WideLimb{a[3]} * b2 + WideLimb{a[4]} * b1,
                  WideLimb{a[0]} * b[1] + WideLimb{a[1]} * b[0] + WideLimb{a[2]} * b4 +
                      WideLimb{a[3]} * b3 + WideLimb{a[4]} * b2,
                  WideLimb{a[0]} * b[2] + WideLimb{a[1]} * b[1] + WideLimb{a[2]} * b[0] +
                      WideLimb{a[3]} * b4 + WideLimb{a[4]} * b3,
                  WideLimb{a[0]} * b[3] + WideLimb{a[1]} * b[2] + WideLimb{a[2]} * b[1] +
                      WideLimb{a[3]} * b[0] + WideLimb{a[4]} * b4,
                  WideLimb{a[0]} * b[4] + WideLimb{a[1]} * b[3] + WideLimb{a[2]} * b[2] +
                      WideLimb{a[3]} * b[1] + WideLimb{a[4]} * b[0]});
}

inline Field25519 square(const Field25519& number) {
  const auto& a = number.limbs;
  const uint64_t twice0 = a[0] * 2, twice1 = a[1] * 2, twice2 = a[2] * 2;
  const uint64_t a3 = a[3] * 19, a4 = a[4] * 19;
  return carried({WideLimb{a[0]} * a[0] + WideLimb{twice1} * a4 + WideLimb{twice2} * a3,
                  WideLimb{twice0} * a[1] + WideLimb{twice2} * a4 + WideLimb{a[3]} * a3,
                  WideLimb{twice0} * a[2] + WideLimb{a[1]} * a[1] + WideLimb{a[3] * 2} * a4,
                  WideLimb{twice0} * a[3] + WideLimb{twice1} * a[2] + WideLimb{a[4]} * a4,
                  WideLimb{twice0} * a[4] + WideLimb{twice1} * a[3] + WideLimb{a[2]} * a[2]});
}

// The 255 low bits, least byte first.
Field25519 from_bytes(const std::array<uint8_t, 32>& bytes);

// The one encoding, of the number that is at least 0 and below p.
std::array<uint8_t, 32> to_bytes(const Field25519& number);

// 1 / number; of 0, 0.
Field25519 inverse(const Field25519& number);

// number to the power (p - 5) / 8, from which square roots are made.
Field25519 root_power(const Field25519& number);

}  // namespace glass::crypto::internal
