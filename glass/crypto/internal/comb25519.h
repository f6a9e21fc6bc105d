// Comb25519: a point of Ed25519 with its multiples, so that a product with a scalar is a sum of
// some fifty of them instead of 250 doublings. Not in constant time: for public keys.
//
// A scalar is written in digits of `width` bits from -2^(width-1) to 2^(width-1); for each place
// the multiples 1 to 2^(width-1) of the point, times the place's worth, stand in a row.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "glass/crypto/internal/field25519.h"

namespace glass::crypto::internal {

using Encoded = std::array<uint8_t, 32>;

// (x, y) as x = X / Z, y = Y / Z, and T = X Y / Z, on -x^2 + y^2 = 1 + d x^2 y^2.
struct Point25519 {
  Field25519 x, y, z, t;
};

Point25519 neutral_point();

// The encodings of several points, which divide once together.
std::vector<Encoded> encode(std::span<const Point25519> points);

class Comb25519 {
 public:
  // Nothing if the encoding is that of no point. What is not the one encoding of its point may
  // pass.
  static std::optional<Comb25519> of(const Encoded& encoded, int width);

  static const Comb25519& of_base_point();

  // sum += scalar * point, or -=. REQUIRES: scalar < 2^253.
  void add_product(Point25519& sum, const Encoded& scalar) const;
  void subtract_product(Point25519& sum, const Encoded& scalar) const;

 private:
  // y + x, y - x and 2 d x y of a point with z = 1: what an addition needs.
  struct Multiple {
    Field25519 sum, difference, product;
  };

  Comb25519(const Point25519& point, int width);

  [[nodiscard]] const Multiple& at(size_t place, int64_t digit) const;
  static void add(Point25519& sum, const Multiple& other);
  static void subtract(Point25519& sum, const Multiple& other);
  static std::vector<Multiple> multiples_of(std::span<const Point25519> points);

  int width_;
  size_t places_;
  std::vector<Multiple> multiples_;  // of each place, 2^(width-1)
};

}  // namespace glass::crypto::internal
