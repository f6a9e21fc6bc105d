#include "glass/crypto/known_keys.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sodium.h>

#include "glass/base/bytes.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/internal/comb25519.h"
#include "glass/crypto/internal/field25519.h"

namespace glass::crypto {
namespace {

using internal::Encoded;

Encoded bytes_of(std::string_view hex) {
  Encoded bytes{};
  std::ranges::copy(from_hex(hex).value(), bytes.begin());
  return bytes;
}

// A point of order 8, and the order of the large subgroup.
const Encoded kTorsion =
    bytes_of("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
const Encoded kLargeOrder =
    bytes_of("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

SecretKey numbered_key(uint8_t number) {
  std::array<uint8_t, 32> seed{};
  seed[0] = number;
  return SecretKey::from_seed(seed);
}

// The scalar of a secret key, as RFC 8032 makes it of the seed.
Encoded scalar_of(uint8_t number) {
  std::array<uint8_t, 32> seed{};
  seed[0] = number;
  std::array<uint8_t, 64> hash{}, wide{};
  crypto_hash_sha512(hash.data(), seed.data(), seed.size());
  hash[0] &= 0xF8, hash[31] &= 0x7F, hash[31] |= 0x40;
  std::copy_n(hash.begin(), 32, wide.begin());
  Encoded scalar{};
  crypto_core_ed25519_scalar_reduce(scalar.data(), wide.data());
  return scalar;
}

Encoded sum_of(const Encoded& a, const Encoded& b) {
  Encoded sum{};
  EXPECT_EQ(crypto_core_ed25519_add(sum.data(), a.data(), b.data()), 0);
  return sum;
}

// S = r + h a, for whatever stands as R and as key: right but for what is odd about these.
Signature signature_of(const Encoded& named, const Encoded& r, const PublicKey& key,
                       const Encoded& secret, std::string_view message) {
  std::string hashed(named.begin(), named.end());
  hashed.append(key.bytes.begin(), key.bytes.end());
  hashed += message;
  std::array<uint8_t, 64> hash{};
  crypto_hash_sha512(hash.data(), as_bytes(hashed).data(), hashed.size());
  Encoded h{}, product{}, s{};
  crypto_core_ed25519_scalar_reduce(h.data(), hash.data());
  crypto_core_ed25519_scalar_mul(product.data(), h.data(), secret.data());
  crypto_core_ed25519_scalar_add(s.data(), r.data(), product.data());
  Signature signature;
  std::ranges::copy(named, signature.bytes.begin());
  std::ranges::copy(s, signature.bytes.begin() + 32);
  return signature;
}

bool is_right(const KnownKeys& keys, const PublicKey& key, std::string_view message,
              const Signature& signature) {
  const std::vector<SignedMessage> one = {
      {.key = key, .message = as_bytes(message), .signature = signature}};
  return keys.verify_each(one).front();
}

KnownKeys knowing(const PublicKey& key) {
  KnownKeys keys;
  keys.learn(key);
  return keys;
}

// The product of a scalar and the base point by libsodium; of none, nothing.
Encoded base_product(const Encoded& scalar) {
  Encoded product{};
  if (crypto_scalarmult_ed25519_base_noclamp(product.data(), scalar.data()) != 0) product = {1};
  return product;
}

TEST(Comb25519, ProductsAreThoseOfLibsodium) {
  const Encoded base = base_product({1});
  std::vector<Encoded> scalars = {{0}, {1}, {2}, {15}, {16}, {17}, {127}, {128}, {129}, {255}};
  Encoded last = kLargeOrder;
  --last[0];
  scalars.push_back(last);
  for (size_t byte = 1; byte < 32; ++byte) {
    Encoded borders{};  // digits that carry, and that do not
    borders[byte] = byte == 31 ? 0x10 : 0x80;
    scalars.push_back(borders);
    borders[byte - 1] = 0x81;
    if (byte < 31) scalars.push_back(borders);
  }
  for (int width = 2; width <= 8; ++width) {
    const auto comb = internal::Comb25519::of(base, width);
    ASSERT_TRUE(comb);
    for (const Encoded& scalar : scalars) {
      std::vector<internal::Point25519> sums(2, internal::neutral_point());
      comb->add_product(sums[0], scalar);
      comb->add_product(sums[1], last);
      comb->subtract_product(sums[1], scalar);
      Encoded difference{};
      crypto_core_ed25519_scalar_sub(difference.data(), last.data(), scalar.data());
      EXPECT_EQ(internal::encode(sums)[0], base_product(scalar)) << width;
      EXPECT_EQ(internal::encode(sums)[1], base_product(difference)) << width;
    }
  }
}

RC_GTEST_PROP(Comb25519, ProductsOfAnyPointAreThoseOfLibsodium,
              (std::array<uint8_t, 32> seed, std::array<uint8_t, 32> scalar)) {
  scalar[31] &= 0x0F;
  Encoded point{}, expected{};
  crypto_core_ed25519_from_uniform(point.data(), seed.data());
  const auto comb = internal::Comb25519::of(point, 5);
  RC_ASSERT(comb.has_value());
  std::vector<internal::Point25519> sums(1, internal::neutral_point());
  comb->add_product(sums[0], scalar);
  if (crypto_scalarmult_ed25519_noclamp(expected.data(), scalar.data(), point.data()) != 0)
    expected = {1};
  RC_ASSERT(internal::encode(sums)[0] == expected);
}

// y = 2 is on no point of the curve.
TEST(Comb25519, IsOfPointsOnly) {
  EXPECT_FALSE(internal::Comb25519::of({2}, 5));
  EXPECT_TRUE(internal::Comb25519::of({1}, 5));
  Encoded odd_zero = {1};
  odd_zero[31] = 0x80;
  EXPECT_FALSE(internal::Comb25519::of(odd_zero, 5));
}

RC_GTEST_PROP(Field25519, HasInversesAndOneEncoding, (std::array<uint8_t, 32> bytes)) {
  const internal::Field25519 number = internal::from_bytes(bytes);
  const Encoded encoded = internal::to_bytes(number);
  RC_ASSERT(internal::to_bytes(internal::from_bytes(encoded)) == encoded);
  const Encoded one = internal::to_bytes(number * internal::inverse(number));
  RC_ASSERT(one == Encoded{1} || encoded == Encoded{0});
  RC_ASSERT(internal::to_bytes(square(number)) == internal::to_bytes(number * number));
}

// p, p + 1 and 2^255 - 1 are 0, 1 and 18.
TEST(Field25519, IsReducedWhenItIsWritten) {
  Encoded bytes{};
  bytes.fill(0xFF);
  EXPECT_EQ(internal::to_bytes(internal::from_bytes(bytes)), Encoded{18});
  bytes[31] = 0x7F;
  bytes[0] = 0xED;
  EXPECT_EQ(internal::to_bytes(internal::from_bytes(bytes)), Encoded{0});
  bytes[0] = 0xEE;
  EXPECT_EQ(internal::to_bytes(internal::from_bytes(bytes)), Encoded{1});
  const auto minus_one = internal::small_number(0) - internal::small_number(1);
  bytes[0] = 0xEC;
  EXPECT_EQ(internal::to_bytes(minus_one), bytes);
}

RC_GTEST_PROP(KnownKeys, AnswerAsVerifyDoes,
              (uint8_t number, std::string message, bool knows, uint16_t flipped)) {
  const SecretKey secret = numbered_key(number);
  KnownKeys keys;
  if (knows) keys.learn(secret.public_key());
  Signature signature = secret.sign(as_bytes(message));
  RC_ASSERT(is_right(keys, secret.public_key(), message, signature));
  signature.bytes[flipped / 8 % 64] =
      static_cast<uint8_t>(signature.bytes[flipped / 8 % 64] ^ 1U << flipped % 8);
  RC_ASSERT(!is_right(keys, secret.public_key(), message, signature));
  RC_ASSERT(!is_right(keys, secret.public_key(), message + "x", secret.sign(as_bytes(message))));
}

TEST(KnownKeys, TellEachOfManyApart) {
  KnownKeys keys;
  std::vector<std::string> texts;
  for (int i = 0; i < 60; ++i) texts.push_back("message " + std::to_string(i));
  std::vector<SignedMessage> messages;
  for (size_t i = 0; i < texts.size(); ++i) {
    const SecretKey secret = numbered_key(static_cast<uint8_t>(i % 6));
    if (i % 6 < 4) keys.learn(secret.public_key());
    messages.push_back({.key = secret.public_key(),
                        .message = as_bytes(texts[i]),
                        .signature = secret.sign(as_bytes(texts[i % 7 == 3 ? 0 : i]))});
  }
  EXPECT_TRUE(keys.knows(numbered_key(3).public_key()));
  EXPECT_FALSE(keys.knows(numbered_key(4).public_key()));
  const std::vector<bool> answers = keys.verify_each(messages);
  for (size_t i = 0; i < messages.size(); ++i) EXPECT_EQ(answers[i], i % 7 != 3) << i;
  EXPECT_TRUE(keys.verify_each({}).empty());
}

// The equation with a cofactor, and batches of either, take this for right: R has a part of small
// order, which 8 times anything loses.
TEST(KnownKeys, APartOfSmallOrderInTheSignatureIsRefused) {
  const Encoded r = scalar_of(77), secret = scalar_of(1);
  const PublicKey key = numbered_key(1).public_key();
  const KnownKeys keys = knowing(key);
  ASSERT_TRUE(keys.knows(key));
  const Encoded named = base_product(r);
  for (int i = 0; i < 32; ++i) {
    const std::string message = std::to_string(i);
    EXPECT_TRUE(is_right(keys, key, message, signature_of(named, r, key, secret, message)));
    const Signature odd = signature_of(sum_of(named, kTorsion), r, key, secret, message);
    EXPECT_FALSE(verify(key, as_bytes(message), odd));
    EXPECT_FALSE(is_right(keys, key, message, odd));
  }
}

// A key with such a part is right for one message in eight; it is no key that becomes known.
TEST(KnownKeys, AKeyWithAPartOfSmallOrderIsAnsweredAsByVerify) {
  const Encoded r = scalar_of(77), secret = scalar_of(1), named = base_product(r);
  const PublicKey key{sum_of(numbered_key(1).public_key().bytes, kTorsion)};
  const KnownKeys keys = knowing(key);
  EXPECT_FALSE(keys.knows(key));
  int right = 0;
  for (int i = 0; i < 64; ++i) {
    const std::string message = std::to_string(i);
    const Signature signature = signature_of(named, r, key, secret, message);
    EXPECT_EQ(is_right(keys, key, message, signature), verify(key, as_bytes(message), signature));
    right += is_right(keys, key, message, signature) ? 1 : 0;
  }
  EXPECT_GT(right, 0);
  EXPECT_LT(right, 64);
}

// With R neutral the equation holds for S = h a.
TEST(KnownKeys, ANeutralPointInTheSignatureIsRefused) {
  const PublicKey key = numbered_key(1).public_key();
  const KnownKeys keys = knowing(key);
  const Signature neutral = signature_of({1}, {0}, key, scalar_of(1), "message");
  EXPECT_FALSE(verify(key, as_bytes("message"), neutral));
  EXPECT_FALSE(is_right(keys, key, "message", neutral));
}

// S and S + L are the same scalar; only one of them is written.
TEST(KnownKeys, AScalarThatIsNotReducedIsRefused) {
  const SecretKey secret = numbered_key(1);
  const KnownKeys keys = knowing(secret.public_key());
  Signature signature = secret.sign(as_bytes("message"));
  unsigned carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    carry += unsigned{signature.bytes[32 + i]} + kLargeOrder[i];
    signature.bytes[32 + i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(is_right(keys, secret.public_key(), "message", signature));
}

TEST(KnownKeys, KeysThatNoSignatureCountsForStayUnknown) {
  for (const Encoded& key :
       {Encoded{1}, Encoded{0}, Encoded{2}, kTorsion,
        bytes_of("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")})
    EXPECT_FALSE(knowing({key}).knows({key})) << to_hex(key);
}

}  // namespace
}  // namespace glass::crypto
