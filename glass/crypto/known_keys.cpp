#include "glass/crypto/known_keys.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <sodium.h>

#include "glass/base/check.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/internal/comb25519.h"

namespace glass::crypto {
namespace {

using internal::Comb25519;
using internal::Encoded;
using internal::Point25519;

constexpr int kKeyWidth = 5;

// The order of the large subgroup, least byte first.
constexpr Encoded kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                            0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                            0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

constexpr Encoded kNeutral = {1};

Encoded half_of(const Signature& signature, size_t begin) {
  Encoded half{};
  std::copy_n(signature.bytes.begin() + static_cast<std::ptrdiff_t>(begin), half.size(),
              half.begin());
  return half;
}

bool is_reduced(const Encoded& scalar) {
  return std::lexicographical_compare(scalar.rbegin(), scalar.rend(), kOrder.rbegin(),
                                      kOrder.rend());
}

// h = SHA-512(R, A, message) modulo the order.
Encoded hash_scalar(const SignedMessage& one) {
  crypto_hash_sha512_state state;
  std::array<uint8_t, 64> digest{};
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, one.signature.bytes.data(), 32);
  crypto_hash_sha512_update(&state, one.key.bytes.data(), one.key.bytes.size());
  crypto_hash_sha512_update(&state, one.message.data(), one.message.size());
  crypto_hash_sha512_final(&state, digest.data());
  Encoded scalar{};
  crypto_core_ed25519_scalar_reduce(scalar.data(), digest.data());
  return scalar;
}

// S B - h A, which a right signature names as R.
Point25519 point_named(const SignedMessage& one, const Comb25519& key) {
  Point25519 point = internal::neutral_point();
  Comb25519::of_base_point().add_product(point, half_of(one.signature, 32));
  key.subtract_product(point, hash_scalar(one));
  return point;
}

}  // namespace

struct KnownKeys::Combs {
  std::map<std::array<uint8_t, 32>, Comb25519> of_key;
};

KnownKeys::KnownKeys() : combs_(std::make_unique<Combs>()) {}

KnownKeys::~KnownKeys() = default;
KnownKeys::KnownKeys(KnownKeys&&) noexcept = default;
KnownKeys& KnownKeys::operator=(KnownKeys&&) noexcept = default;

// libsodium's check of the point: its one encoding, on the curve, not of small order, and in the
// large subgroup. Within that S B - h A has the one small-order point that R must not be, the
// neutral one.
void KnownKeys::learn(const PublicKey& key) {
  GLASS_CHECK(sodium_init() >= 0);
  if (knows(key) || combs_->of_key.size() >= kMostKnownKeys ||
      crypto_core_ed25519_is_valid_point(key.bytes.data()) != 1)
    return;
  auto comb = Comb25519::of(key.bytes, kKeyWidth);
  GLASS_CHECK(comb.has_value());
  combs_->of_key.emplace(key.bytes, std::move(*comb));
}

bool KnownKeys::knows(const PublicKey& key) const {
  return combs_->of_key.contains(key.bytes);
}

std::vector<bool> KnownKeys::verify_each(std::span<const SignedMessage> messages) const {
  std::vector<bool> is_right(messages.size());
  std::vector<Point25519> points;
  std::vector<size_t> whose;
  for (size_t i = 0; i < messages.size(); ++i) {
    const auto comb = combs_->of_key.find(messages[i].key.bytes);
    if (comb == combs_->of_key.end() || !is_reduced(half_of(messages[i].signature, 32))) continue;
    points.push_back(point_named(messages[i], comb->second));
    whose.push_back(i);
  }
  const std::vector<Encoded> encoded = internal::encode(points);
  for (size_t i = 0; i < whose.size(); ++i)
    is_right[whose[i]] =
        encoded[i] == half_of(messages[whose[i]].signature, 0) && encoded[i] != kNeutral;
  // Whoever is not known, and every "no", which is rare and ends what was asked for.
  for (size_t i = 0; i < messages.size(); ++i) {
    if (!is_right[i])
      is_right[i] = verify(messages[i].key, messages[i].message, messages[i].signature);
  }
  return is_right;
}

}  // namespace glass::crypto
