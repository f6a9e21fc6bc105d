#include "glass/crypto/ed25519.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <sodium.h>

#include "glass/system/temporary_folder.h"

namespace glass::crypto {
namespace {

template <size_t N>
std::array<uint8_t, N> from(std::string_view hex) {
  std::array<uint8_t, N> array{};
  const Bytes bytes = from_hex(hex).value();
  std::copy_n(bytes.begin(), N, array.begin());
  return array;
}

struct Example {
  std::string_view seed, key, message, signature;
};

// RFC 8032, section 7.1, tests 1 to 3.
constexpr std::array kExamples = {
    Example{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    Example{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    Example{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

TEST(Ed25519, ExamplesOfRfc8032) {
  for (const Example& example : kExamples) {
    const SecretKey secret = SecretKey::from_seed(from<32>(example.seed));
    const Bytes message = from_hex(example.message).value();
    EXPECT_EQ(to_hex(secret.public_key().bytes), example.key);
    EXPECT_EQ(to_hex(secret.sign(message).bytes), example.signature);
    EXPECT_TRUE(verify(secret.public_key(), message, secret.sign(message)));
  }
}

TEST(Ed25519, AnyFlippedBitIsRefused) {
  const Example& example = kExamples[2];
  const PublicKey key{from<32>(example.key)};
  const Signature signature{from<64>(example.signature)};
  const Bytes message = from_hex(example.message).value();
  const auto flip = [](auto bytes, size_t bit) {
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1U << bit % 8);
    return bytes;
  };
  for (size_t bit = 0; bit < 512; ++bit) {
    EXPECT_FALSE(verify(key, message, Signature{flip(signature.bytes, bit)})) << bit;
  }
  for (size_t bit = 0; bit < 256; ++bit) {
    EXPECT_FALSE(verify(PublicKey{flip(key.bytes, bit)}, message, signature)) << bit;
  }
  for (size_t bit = 0; bit < 16; ++bit) {
    EXPECT_FALSE(verify(key, flip(message, bit), signature)) << bit;
  }
}

// S + L is the same scalar written another way: RFC 8032 demands S < L.
TEST(Ed25519, ANonCanonicalScalarIsRefused) {
  const Example& example = kExamples[0];
  Signature signature{from<64>(example.signature)};
  const auto order = from<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    carry += unsigned{signature.bytes[32 + i]} + order[i];
    signature.bytes[32 + i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0U);
  EXPECT_FALSE(verify(PublicKey{from<32>(example.key)}, {}, signature));
}

// For a key A of small order the equation S B = R + h A loses h where h is a multiple of the order:
// with R = 2 B and S = 2 one signature would fit many messages.
TEST(Ed25519, KeysOfSmallOrderAreRefused) {
  Signature signature;
  signature.bytes[32] = 2;
  ASSERT_EQ(
      crypto_scalarmult_ed25519_base_noclamp(signature.bytes.data(), signature.bytes.data() + 32),
      0);
  for (const std::string_view key : {
           "0100000000000000000000000000000000000000000000000000000000000000",  // order 1
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // order 2
           "0000000000000000000000000000000000000000000000000000000000000000",  // order 4
           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  // order 8
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // 1, as p + 1
       }) {
    for (int i = 0; i < 64; ++i) {
      const std::string message = "message " + std::to_string(i);
      EXPECT_FALSE(verify(PublicKey{from<32>(key)}, as_bytes(message), signature)) << key;
    }
  }
}

TEST(KeyText, IsReadBackAndNothingElse) {
  const SecretKey secret = SecretKey::generate();
  const std::string key = to_text(secret.public_key());
  EXPECT_EQ(public_key_from_text(key).value(), secret.public_key());
  EXPECT_FALSE(public_key_from_text(key.substr(8)));
  EXPECT_FALSE(public_key_from_text(key + "00"));
  EXPECT_EQ(public_key_from_text("").error().message,
            "a public key is \"ed25519:\" and 64 lower-case hexadecimal digits");
  const Signature signature = secret.sign({});
  EXPECT_EQ(signature_from_text(to_text(signature)).value().bytes, signature.bytes);
  EXPECT_EQ(signature_from_text(key).error().message,
            "a signature is \"ed25519:\" and 128 lower-case hexadecimal digits");
}

TEST(KeyFile, IsReadBackAndNeverReplaced) {
  const system::TemporaryFolder folder;
  system::Files& files = system::posix_files();
  const system::Path file = folder / "key";
  const SecretKey secret = SecretKey::from_seed(from<32>(kExamples[0].seed));
  ASSERT_TRUE(secret.save(files, file));
  EXPECT_EQ(files.read_text(file).value(), "{\"kind\":\"glass-secret-key-1\",\"seed\":\"" +
                                               std::string(kExamples[0].seed) + "\"}\n");
  EXPECT_EQ(SecretKey::load(files, file).value().public_key(), secret.public_key());
  EXPECT_EQ(SecretKey::generate().save(files, file).error().code, ErrorCode::kRefused);
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_EQ(SecretKey::load(files, file).error().code, ErrorCode::kRefused);
  EXPECT_EQ(SecretKey::load(files, folder / "absent").error().code, ErrorCode::kNotFound);
}

TEST(KeyFile, SaysWhyAFileIsNoKey) {
  const system::TemporaryFolder folder;
  system::Files& files = system::posix_files();
  int number = 0;
  const auto message_of = [&](std::string_view text) {
    const system::Path file = folder / std::to_string(number++);
    EXPECT_TRUE(files.write_private(file, as_bytes(text)));
    const auto key = SecretKey::load(files, file);
    EXPECT_FALSE(key);
    EXPECT_EQ(key.error().code, ErrorCode::kInvalidInput);
    return key.error().message;
  };
  EXPECT_NE(message_of("").find("is no secret key of this program: line 1"), std::string::npos);
  EXPECT_NE(message_of("{}").find("the key \"kind\" is missing"), std::string::npos);
  EXPECT_NE(message_of(R"({"kind":"x"})").find("its kind is not"), std::string::npos);
  EXPECT_NE(message_of(R"({"kind":"glass-secret-key-1","seed":"00"})").find("64 lower-case"),
            std::string::npos);
}

}  // namespace
}  // namespace glass::crypto
