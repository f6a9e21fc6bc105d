#include "glass/crypto/internal/comb25519.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "glass/base/check.h"
#include "glass/crypto/internal/field25519.h"

namespace glass::crypto::internal {
namespace {

constexpr size_t kScalarBits = 253;
constexpr int kBaseWidth = 8;

struct Constants {
  Field25519 d, twice_d, root_of_minus_one;
};

// d = -121665 / 121666; a root of -1 is 2 to the power (p - 1) / 4 = 2 ((p - 5) / 8) + 1.
const Constants& constants() {
  static const Constants kConstants = [] {
    const Field25519 d = (small_number(0) - small_number(121665)) * inverse(small_number(121666));
    return Constants{.d = d,
                     .twice_d = (d + d) * small_number(1),
                     .root_of_minus_one = square(root_power(small_number(2))) * small_number(2)};
  }();
  return kConstants;
}

bool is_same(const Field25519& a, const Field25519& b) {
  return to_bytes(a) == to_bytes(b);
}

// By RFC 8032, section 5.1.3; whether y is below p is not asked.
std::optional<Point25519> decode(const Encoded& encoded) {
  const Field25519 y = from_bytes(encoded), one = small_number(1);
  const Field25519 u = square(y) - one, v = constants().d * square(y) + one;
  const Field25519 v3 = square(v) * v;
  Field25519 x = u * v3 * root_power(u * square(v3) * v);
  const Field25519 check = v * square(x);
  if (!is_same(check, u)) {
    if (!is_same(check, small_number(0) - u * one)) return std::nullopt;
    x = x * constants().root_of_minus_one;
  }
  const bool is_odd = (to_bytes(x)[0] & 1U) != 0, wants_odd = encoded[31] >> 7 != 0;
  if (is_same(x, small_number(0)) && wants_odd) return std::nullopt;
  if (is_odd != wants_odd) x = (small_number(0) - x) * one;
  return Point25519{.x = x, .y = y, .z = one, .t = x * y};
}

// What both addition formulas end with: (E F, G H, F G, E H).
Point25519 point_of(const Field25519& e, const Field25519& f, const Field25519& g,
                    const Field25519& h) {
  return {.x = e * f, .y = g * h, .z = f * g, .t = e * h};
}

// Hisil, Wong, Carter, Dawson 2008, for a = -1: complete, so that no case is special.
Point25519 sum_of(const Point25519& p, const Point25519& q) {
  const Field25519 a = (p.y - p.x) * (q.y - q.x), b = (p.y + p.x) * (q.y + q.x);
  const Field25519 c = p.t * constants().twice_d * q.t, z = p.z * q.z;
  return point_of(b - a, (z + z) - c, (z + z) + c, b + a);
}

// 1 / each, with one division. REQUIRES: none is 0.
std::vector<Field25519> inverses(std::span<const Point25519> points) {
  std::vector<Field25519> before;  // the product of all z before each
  before.reserve(points.size());
  Field25519 product = small_number(1);
  for (const Point25519& point : points) {
    before.push_back(product);
    product = product * point.z;
  }
  Field25519 rest = inverse(product);
  for (size_t i = points.size(); i-- > 0;) {
    before[i] = before[i] * rest;
    rest = rest * points[i].z;
  }
  return before;
}

// The digits of a scalar, least first; the last takes what is carried.
class Digits {
 public:
  Digits(const Encoded& scalar, int width) : scalar_(scalar), width_(static_cast<size_t>(width)) {}

  int64_t next() {
    uint64_t value = carry_;
    for (size_t i = 0; i < width_ && at_ + i < 256; ++i)
      value += static_cast<uint64_t>(scalar_[(at_ + i) / 8] >> (at_ + i) % 8 & 1U) << i;
    at_ += width_;
    carry_ = value > (uint64_t{1} << (width_ - 1)) ? 1 : 0;
    return static_cast<int64_t>(value) - static_cast<int64_t>(carry_ << width_);
  }

 private:
  const Encoded& scalar_;
  size_t width_, at_ = 0;
  uint64_t carry_ = 0;
};

}  // namespace

Point25519 neutral_point() {
  return {.x = small_number(0), .y = small_number(1), .z = small_number(1), .t = small_number(0)};
}

std::vector<Encoded> encode(std::span<const Point25519> points) {
  const std::vector<Field25519> divisors = inverses(points);
  std::vector<Encoded> encoded;
  encoded.reserve(points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    Encoded& bytes = encoded.emplace_back(to_bytes(points[i].y * divisors[i]));
    const Encoded x = to_bytes(points[i].x * divisors[i]);
    bytes[31] = static_cast<uint8_t>(bytes[31] | (x[0] & 1U) << 7);
  }
  return encoded;
}

std::optional<Comb25519> Comb25519::of(const Encoded& encoded, int width) {
  const auto point = decode(encoded);
  if (!point) return std::nullopt;
  return Comb25519(*point, width);
}

// y = 4 / 5, with x even.
const Comb25519& Comb25519::of_base_point() {
  static const Comb25519 kComb =
      *of(to_bytes(small_number(4) * inverse(small_number(5))), kBaseWidth);
  return kComb;
}

Comb25519::Comb25519(const Point25519& point, int width)
    : width_(width), places_(kScalarBits / static_cast<size_t>(width) + 1) {
  const size_t row = size_t{1} << (width - 1);
  std::vector<Point25519> points;
  points.reserve(places_ * row);
  Point25519 first = point;
  for (size_t place = 0; place < places_; ++place) {
    points.push_back(first);
    for (size_t i = 1; i < row; ++i) points.push_back(sum_of(points.back(), first));
    first = sum_of(points.back(), points.back());
  }
  multiples_ = multiples_of(points);
}

std::vector<Comb25519::Multiple> Comb25519::multiples_of(std::span<const Point25519> points) {
  const std::vector<Field25519> divisors = inverses(points);
  const Field25519 one = small_number(1);
  std::vector<Multiple> multiples;
  multiples.reserve(points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    const Field25519 x = points[i].x * divisors[i], y = points[i].y * divisors[i];
    multiples.push_back({.sum = (y + x) * one,
                         .difference = (y - x) * one,
                         .product = x * y * constants().twice_d});
  }
  return multiples;
}

const Comb25519::Multiple& Comb25519::at(size_t place, int64_t digit) const {
  return multiples_[(place << (width_ - 1)) + static_cast<size_t>(digit) - 1];
}

void Comb25519::add(Point25519& sum, const Multiple& other) {
  const Field25519 a = (sum.y - sum.x) * other.difference, b = (sum.y + sum.x) * other.sum;
  const Field25519 c = sum.t * other.product, z = sum.z + sum.z;
  sum = point_of(b - a, z - c, z + c, b + a);
}

void Comb25519::subtract(Point25519& sum, const Multiple& other) {
  const Field25519 a = (sum.y - sum.x) * other.sum, b = (sum.y + sum.x) * other.difference;
  const Field25519 c = sum.t * other.product, z = sum.z + sum.z;
  sum = point_of(b - a, z + c, z - c, b + a);
}

void Comb25519::add_product(Point25519& sum, const Encoded& scalar) const {
  Digits digits(scalar, width_);
  for (size_t place = 0; place < places_; ++place) {
    const int64_t digit = digits.next();
    if (digit > 0) add(sum, at(place, digit));
    if (digit < 0) subtract(sum, at(place, -digit));
  }
}

void Comb25519::subtract_product(Point25519& sum, const Encoded& scalar) const {
  Digits digits(scalar, width_);
  for (size_t place = 0; place < places_; ++place) {
    const int64_t digit = digits.next();
    if (digit > 0) subtract(sum, at(place, digit));
    if (digit < 0) add(sum, at(place, -digit));
  }
}

}  // namespace glass::crypto::internal
